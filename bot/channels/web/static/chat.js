/* The chat with scripts: the same forms as without, sent without leaving the page. Nothing is stored in the browser. */
(() => {
  "use strict";
  const $ = (query, root = document) => root.querySelector(query);
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name || "", textContent: text || "" });
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const nonce = () => [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");

  function chat(log) {
    const words = $("#words").dataset, box = $("#text"), trouble = $("#trouble"), page = log.dataset.lang;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let seen = log.dataset.seen, queue = Promise.resolve(), busy = 0, byKey = false;

    // ── showing ────────────────────────────────────────────────────────────────────────────
    function show(html, whole, at) {
      const fresh = document.createElement("template");
      fresh.innerHTML = html;
      const lost = document.activeElement;
      if (whole) all(".row", log).forEach((row) => row.id !== "b-welcome" && row.remove());
      let first = null;
      for (const row of all(".row", fresh.content)) {
        if (row.id && document.getElementById(row.id)) continue;
        const old = row.dataset.replaces && document.getElementById(row.dataset.replaces);
        const inPlace = old && old === log.lastElementChild;
        if (old) old.remove();
        if (!inPlace) row.classList.add("new");
        row.tabIndex = -1;
        log.append(row);
        first = first || row;
      }
      if (at) seen = at;
      close();
      enrich(log);
      if (!first) return;
      const last = log.lastElementChild;
      if (byKey && (!lost || !lost.isConnected)) last.focus({ preventScroll: true });
      const tall = last.offsetHeight > innerHeight - 180;
      last.scrollIntoView({ block: tall ? "start" : "end", behavior: calm ? "auto" : "smooth" });
    }

    /** Of all prompts only the last can be answered. */
    function close() {
      all(".row.told:has(~ .row.me)", log).forEach((row) => all(".undo", row).forEach((button) => button.remove()));
      all(".row.asks:not(.told)", log).slice(0, -1).forEach((row) => {
        row.classList.add("closed");
        all(".keys, .pictures, .masked + .tip", row).forEach((part) => part.remove());
        all("button", row).forEach((button) => (button.disabled = true));
      });
      const welcome = $("#b-welcome .keys", log);
      if (welcome && log.children.length > 1) welcome.remove();
    }

    /** What only scripts can do: copying, and letting a secret go in time. */
    function enrich(root) {
      all(".copy[hidden]", root).forEach((button) => {
        button.hidden = false;
        button.addEventListener("click", async () => {
          const done = await copy(button.dataset.copy);
          button.textContent = done ? button.dataset.done : button.dataset.failed;
        });
      });
      all(".row[data-left]", root).forEach((row) => {
        setTimeout(() => row.remove(), row.dataset.left * 1000);
        row.removeAttribute("data-left");
      });
    }

    async function copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch (error) { // not allowed here: the old way
        const held = make("textarea", "who");
        held.value = text;
        document.body.append(held);
        held.select();
        const done = document.execCommand("copy");
        held.remove();
        return done;
      }
    }

    function tell(text, again) {
      trouble.textContent = text;
      trouble.hidden = !text;
      if (!again) return;
      const button = make("button", "", words.resend);
      button.addEventListener("click", () => { tell(""); again(); });
      trouble.append(button);
    }

    // ── sending ────────────────────────────────────────────────────────────────────────────
    /** Post once more by itself when the network fails; the same key makes it count once. */
    async function post(send) {
      for (let tries = 0; ; tries++) {
        try {
          const answer = await send();
          tell("");
          if (answer.again && tries < 2) continue; // the cookie had gone, and has just come anew
          return answer;
        } catch (error) {
          if (tries) throw error;
          tell(words.offline);
          await Promise.race([new Promise((on) => addEventListener("online", on, { once: true })), wait(navigator.onLine ? 1500 : 8000)]);
        }
      }
    }

    async function send(url, body) {
      const patience = new AbortController(), timer = setTimeout(() => patience.abort(), 20000);
      try {
        const answer = await fetch(url, { method: "POST", body, headers: { "X-Seen": seen }, signal: patience.signal });
        return read(answer.status, (name) => answer.headers.get(name), await answer.text());
      } finally {
        clearTimeout(timer);
      }
    }

    function read(status, header, text) {
      return { status, text, whole: header("X-Screen") === "whole", at: header("X-Seen"), lang: header("X-Lang"), again: header("X-Again") };
    }

    /** One after the other. `bubble` stands for the visitor's words until the real one comes. */
    function turn(act, bubble, failed) {
      queue = queue.then(async () => {
        busy++;
        const dots = make("div", "row they");
        const timer = setTimeout(() => {
          dots.innerHTML = '<p class="bubble dots" aria-hidden="true"><i></i><i></i><i></i></p>';
          log.append(dots);
          dots.scrollIntoView({ block: "end" });
        }, 400);
        log.setAttribute("aria-busy", "true");
        try {
          const answer = await post(act);
          clearTimeout(timer);
          dots.remove();
          if (answer.status !== 200) {
            if (bubble) bubble.remove();
            tell(answer.text);
            if (failed) failed();
          } else if (answer.lang !== page) {
            location.reload();
          } else {
            if (bubble) bubble.remove();
            show(answer.text, answer.whole, answer.at);
          }
        } catch (error) {
          tell(words.unsent, () => turn(act, bubble, failed));
        } finally {
          clearTimeout(timer);
          dots.remove();
          log.removeAttribute("aria-busy");
          busy--;
        }
      });
      return queue;
    }

    function mine(...parts) {
      const row = make("div", "row me pending new"), bubble = make("div", "bubble");
      bubble.append(make("span", "who", words.you), ...parts);
      row.append(bubble);
      log.append(row);
      row.scrollIntoView({ block: "end", behavior: calm ? "auto" : "smooth" });
      return row;
    }

    function say() {
      const text = box.value;
      if (!text.trim()) return box.focus();
      const body = new URLSearchParams({ key: nonce(), text });
      box.value = "";
      fit();
      turn(() => send("/say", body), mine(text), () => { if (!box.value) { box.value = text; fit(); } });
    }

    function press(form, choice) {
      if (busy) return;
      const body = new URLSearchParams({ key: nonce(), mark: form.elements.mark.value, choice });
      turn(() => send("/press", body));
    }

    function shoot(file) {
      if (file.size > words.large) return tell(words.toolarge);
      const bar = make("progress"), note = make("span", "", words.uploading.replace("#", "0"));
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", words.uploading.replace("#", ""));
      const key = nonce();
      turn(() => upload(file, key, (part) => {
        bar.value = part;
        note.textContent = part < 1 ? words.uploading.replace("#", Math.floor(part * 100)) : words.scrubbing;
      }), mine(note, bar));
    }

    function upload(file, key, progress) {
      return new Promise((done, fail) => {
        const body = new FormData(), ask = new XMLHttpRequest();
        body.append("key", key);
        body.append("file", file, "file"); // its own name may name somebody
        ask.open("POST", "/picture");
        ask.setRequestHeader("X-Seen", seen);
        ask.timeout = 300000;
        ask.upload.onprogress = (event) => progress(event.loaded / event.total);
        ask.onload = () => done(read(ask.status, (name) => ask.getResponseHeader(name), ask.responseText));
        ask.onerror = ask.ontimeout = ask.onabort = () => fail(new Error("upload"));
        ask.send(body);
      });
    }

    function fit() {
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight + 2}px`;
    }

    // ── masking by selecting ───────────────────────────────────────────────────────────────
    const hide = make("button", "main", words.hide);
    hide.id = "hide";
    hide.type = "button";
    hide.hidden = true;
    $("main").append(hide);
    let chosen = null;

    /** Code points before one end of a selection inside a masked text; null outside. */
    function place(node, offset, end) {
      if (node.nodeType === 1 && node.classList.contains("masked")) {
        const piece = node.childNodes[end ? offset - 1 : offset];
        return piece ? place(piece, end ? piece.childNodes.length : 0, end) : null;
      }
      const piece = (node.nodeType === 1 ? node : node.parentElement).closest("[data-at]");
      if (!piece) return null;
      const at = Number(piece.dataset.at);
      if (piece.tagName === "BUTTON") return end ? Number(piece.dataset.to) : at;
      if (node.nodeType === 1) return end && offset ? at + [...piece.textContent].length : at;
      return at + [...node.data.slice(0, offset)].length;
    }

    document.addEventListener("selectionchange", () => {
      const held = getSelection(), range = held.rangeCount && !held.isCollapsed ? held.getRangeAt(0) : null;
      const node = range && range.commonAncestorContainer;
      const text = node && (node.nodeType === 1 ? node : node.parentElement).closest(".masked");
      chosen = null;
      if (text && !text.closest(".closed")) {
        const start = place(range.startContainer, range.startOffset, false), end = place(range.endContainer, range.endOffset, true);
        if (start !== null && end !== null && start < end) chosen = { form: text.closest("form"), choice: `hide:${start}-${end}` };
      }
      hide.hidden = !chosen;
    });
    hide.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
    hide.addEventListener("click", () => {
      if (!chosen) return;
      const { form, choice } = chosen;
      getSelection().removeAllRanges();
      press(form, choice);
    });

    // ── what a visitor does ────────────────────────────────────────────────────────────────
    document.addEventListener("submit", (event) => {
      const form = event.target, action = form.getAttribute("action"), button = event.submitter || document.activeElement;
      if (!["/say", "/press", "/picture", "/leave"].includes(action)) return;
      event.preventDefault();
      if (action === "/say") say();
      else if (action === "/leave") leave();
      else if (action === "/press" && button && button.value) {
        const menu = button.closest("details.menu");
        if (menu) menu.open = false;
        press(form, button.value);
      }
    });
    document.addEventListener("keydown", (event) => {
      byKey = true;
      const menu = $(".menu");
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        $("summary", menu).focus();
      }
    }, true);
    document.addEventListener("pointerdown", (event) => {
      byKey = false;
      const menu = $(".menu");
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    }, true);
    box.addEventListener("input", fit);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        say();
      }
    });
    $(".attach summary").addEventListener("click", (event) => {
      event.preventDefault();
      $("#file").click();
    });
    $("#file").addEventListener("change", (event) => {
      if (event.target.files[0]) shoot(event.target.files[0]);
      event.target.value = "";
    });
    document.addEventListener("paste", (event) => {
      const file = [...(event.clipboardData || { files: [] }).files].find((one) => one.type.startsWith("image/"));
      if (file) {
        event.preventDefault();
        shoot(file);
      }
    });

    /** Blank at once, then gone; the chat is not left in the history. */
    async function leave() {
      document.body.hidden = true;
      document.title = "";
      await Promise.race([fetch("/leave", { method: "POST", keepalive: true, redirect: "manual" }).catch(() => 0), wait(3000)]);
      location.replace("/note");
    }

    // ── what comes later ───────────────────────────────────────────────────────────────────
    async function news(whole) {
      const answer = await fetch("/", { headers: { "X-Seen": whole ? "0" : seen } });
      if (!answer.ok) return;
      const got = read(answer.status, (name) => answer.headers.get(name), await answer.text());
      if (got.lang !== page) location.reload();
      else show(got.text, got.whole, got.at);
    }

    function listen() {
      const live = new EventSource("/live");
      live.onmessage = (event) => {
        const ring = () => (event.data === seen ? 0 : news(event.data === "0").catch(() => 0)); // the next ring tells it too
        queue = queue.then(ring);
      };
      live.onerror = () => {
        if (live.readyState === EventSource.CLOSED) setTimeout(listen, 30000);
      };
    }

    addEventListener("offline", () => tell(words.offline));
    addEventListener("online", () => { if (!busy) tell(""); });
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    const waiting = $("#waiting");
    if (waiting) waiting.remove();
    close();
    enrich(log);
    fit();
    listen();
    if (log.lastElementChild.id !== "b-welcome") log.lastElementChild.scrollIntoView({ block: "end" });
  }

  function edit(form) {
    const canvas = $("#canvas"), cover = $("svg", canvas), [, , wide, high] = cover.getAttribute("viewBox").split(" ").map(Number);
    let tool = "paint", boxes = [], drawn = null;
    all(".scripted", form).forEach((part) => (part.hidden = false));
    all(".plainly", form).forEach((part) => part.remove());
    all("input[name=paint], input[name=crop], input[name=corner]", form).forEach((part) => part.remove());
    cover.replaceChildren();
    cover.removeAttribute("aria-hidden");
    cover.setAttribute("role", "group");
    cover.setAttribute("aria-label", $("h1").textContent);
    cover.classList.add("live");

    function point(event) {
      const area = cover.getBoundingClientRect();
      const inside = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
      return [inside(((event.clientX - area.left) / area.width) * wide, wide), inside(((event.clientY - area.top) / area.height) * high, high)];
    }

    function add(kind, x, y, w, h) {
      if (kind === "crop") boxes.filter((box) => box.kind === "crop").forEach(drop);
      const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const box = { kind, x, y, w, h, shape };
      shape.setAttribute("class", kind);
      shape.setAttribute("tabindex", "0");
      shape.setAttribute("role", "img");
      shape.addEventListener("keydown", (event) => move(event, box));
      boxes.push(box);
      cover.append(shape);
      const number = boxes.filter((one) => one.kind === "paint").length;
      shape.setAttribute("aria-label", kind === "crop" ? form.dataset.crop : form.dataset.box.replace("%", number));
      place(box);
      return box;
    }

    function place(box) {
      for (const [name, value] of [["x", box.x], ["y", box.y], ["width", box.w], ["height", box.h]]) box.shape.setAttribute(name, value);
    }

    function drop(box) {
      box.shape.remove();
      boxes = boxes.filter((one) => one !== box);
    }

    function move(event, box) {
      const step = Math.max(2, Math.round(wide / 60)), by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (event.key === "Delete" || event.key === "Backspace") {
        event.preventDefault();
        drop(box);
        $("#add").focus();
      }
      if (!by) return;
      event.preventDefault();
      if (event.shiftKey) {
        box.w = Math.max(step, Math.min(box.w + by[0], wide - box.x));
        box.h = Math.max(step, Math.min(box.h + by[1], high - box.y));
      } else {
        box.x = Math.max(0, Math.min(box.x + by[0], wide - box.w));
        box.y = Math.max(0, Math.min(box.y + by[1], high - box.h));
      }
      place(box);
    }

    cover.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      cover.setPointerCapture(event.pointerId);
      const [x, y] = point(event);
      drawn = { x, y, box: add(tool, x, y, 0, 0) };
    });
    cover.addEventListener("pointermove", (event) => {
      if (!drawn) return;
      const [x, y] = point(event), box = drawn.box;
      Object.assign(box, { x: Math.min(x, drawn.x), y: Math.min(y, drawn.y), w: Math.abs(x - drawn.x), h: Math.abs(y - drawn.y) });
      place(box);
    });
    const finish = () => {
      if (drawn && (drawn.box.w < wide / 100 || drawn.box.h < high / 200)) drop(drawn.box); // a slip, no box
      drawn = null;
    };
    cover.addEventListener("pointerup", finish);
    cover.addEventListener("pointercancel", finish);
    $("#add").addEventListener("click", () => {
      const part = tool === "crop" ? 0.8 : 0.25, w = Math.round(wide * part), h = Math.round(high * part);
      add(tool, Math.round((wide - w) / 2), Math.round((high - h) / 2), w, h).shape.focus();
    });
    form.addEventListener("submit", (event) => {
      const act = (event.submitter || document.activeElement).value;
      if (act !== "save") {
        event.preventDefault();
        if (act === "undo") { if (boxes.length) drop(boxes[boxes.length - 1]); } else if (act) tool = act;
        all("[aria-pressed]", form).forEach((button) => button.setAttribute("aria-pressed", String(button.value === tool)));
        return;
      }
      for (const { kind, x, y, w, h } of boxes) {
        const held = make("input");
        Object.assign(held, { type: "hidden", name: kind, value: [x, y, x + w, y + h].join(",") });
        form.append(held);
      }
    });
  }

  const log = $("#log"), editor = $("#editor");
  if (log) chat(log);
  if (editor) edit(editor);
})();
