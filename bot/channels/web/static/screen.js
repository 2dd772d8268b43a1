/* What is seen: new rows come in, older ones are closed or give way. */

import { element, find, findAll, wait, words } from "./page.js";

const BARS = 180; // pixels that the two bars and the button above the box take
const COPIED_WITHIN = 1500; // milliseconds; some browsers never answer

export const log = find("#log");
const trouble = find("#trouble");
const offline = find("#offline");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let byKey = false;

document.addEventListener("keydown", () => (byKey = true), true);
document.addEventListener("pointerdown", () => (byKey = false), true);

/** Put rows in. `whole`: in place of all that stand there, but for words still on their way. */
export function show(html, whole) {
  const fresh = element("template");
  fresh.innerHTML = html;
  const focused = document.activeElement;
  if (whole) findAll(".row:not(.pending):not(#b-welcome)", log).forEach((row) => row.remove());
  const rows = findAll(".row", fresh.content).filter((row) => !(row.id && document.getElementById(row.id)));
  const areInPlace = rows.map(place).every(Boolean);
  settle();
  enrich(log);
  if (!rows.length) return;
  const last = rows[rows.length - 1];
  if (byKey && !focused.isConnected) last.focus({ preventScroll: true });
  bringIntoView(rows.filter((row) => row.isConnected), areInPlace);
}

/** In the place of the row it replaces, else at the end, before words that are still on their way. Returns: whether
 * it came in place of the last one. */
function place(row) {
  const replaced = row.dataset.replaces && document.getElementById(row.dataset.replaces);
  const isInPlace = replaced && replaced === log.lastElementChild;
  if (replaced) replaced.remove();
  if (!isInPlace) row.classList.add("new");
  row.tabIndex = -1;
  log.insertBefore(row, find(".pending", log));
  return isInPlace;
}

/** Of all prompts only the last can be answered, and what it asks stands there once. */
export function settle() {
  findAll(".passing", log).filter(isGoneBy).forEach((row) => findAll(".keys, .undo", row).forEach((part) => part.remove()));
  const prompts = findAll(".asks:not(.told)", log);
  const open = prompts.pop();
  prompts.forEach(close);
  giveWay(prompts, open);
  findAll(".welcome", log).filter((row) => row.nextElementSibling).forEach((row) => row.classList.add("begun"));
}

function close(row) {
  row.classList.add("closed");
  findAll(".keys, .pictures, .masked + .tip", row).forEach((part) => part.remove());
  findAll("button", row).forEach((button) => (button.disabled = true));
}

/** An older preview, and a question that is asked again below; an older story folds. */
function giveWay(older, open) {
  if (!open) return;
  const said = (row) => find(".said", row)?.textContent;
  for (const [at, row] of older.entries()) {
    const later = [...older.slice(at + 1), open];
    const isDraft = row.dataset.kind === "draft" && later.some((other) => other.dataset.kind === "draft");
    const isRepeated = row.dataset.kind === "text" && later.some((other) => said(other) === said(row));
    const isWelcomeAgain = row.matches(".welcome.later");
    if (isDraft || isRepeated || isWelcomeAgain) row.remove();
    else if (row.dataset.kind === "story" && isAskedAnew(row, later)) find(".story", row).open = false;
  }
}

/** Whether the visitor asked for another story after this one. */
function isAskedAnew(row, later) {
  const asked = rowsBehind(row).find((other) => other.matches(".me"));
  return asked && rowsBehind(asked).some((other) => later.includes(other) && other.dataset.kind === "story");
}

const rowsBehind = (row) => [...log.children].slice([...log.children].indexOf(row) + 1);

/** What was said just now can be undone or taken up until the visitor goes on. */
function isGoneBy(row) {
  const behind = rowsBehind(row);
  const prompts = behind.filter((row) => row.matches(".asks:not(.told)"));
  return prompts.length > 1 || behind.some((row) => row.matches(".me"));
}

/** An emergency first; else all that is new, from its beginning where it is taller than the screen. What changed in
 * place stays where it is. */
function bringIntoView(rows, areInPlace) {
  const urgent = rows.find((row) => row.matches(".urgent"));
  const first = urgent || rows.find((row) => row.matches(".they")) || rows[0];
  const last = rows[rows.length - 1];
  const height = last.getBoundingClientRect().bottom - first.getBoundingClientRect().top;
  if (areInPlace) scrollTo(last, "nearest");
  else if (height <= innerHeight - BARS) scrollTo(last, "end");
  else scrollTo(first, "start");
}

/** After loading, and when the room changes. */
export function showNewest() {
  const last = log.lastElementChild;
  if (last.matches("#b-welcome")) return;
  const isTall = last.offsetHeight > innerHeight - BARS;
  last.scrollIntoView({ block: isTall ? "start" : "end" });
}

function scrollTo(row, block = "end") {
  row.scrollIntoView({ block, behavior: calm ? "auto" : "smooth" });
}

/** What only scripts can do: copying, and letting a secret go in time. */
export function enrich(root) {
  for (const button of findAll(".copy[hidden]", root)) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const row of findAll(".row[data-left]", root)) {
    setTimeout(() => row.remove(), row.dataset.left * 1000);
    row.removeAttribute("data-left");
  }
}

/** A word in any case: where nothing can be copied, the symbols are selected and to be copied by hand. */
async function copy(button) {
  const text = button.dataset.copy;
  const isCopied = (await copiedInTime(text)) || copiedTheOldWay(text);
  button.textContent = isCopied ? button.dataset.done : button.dataset.failed;
  if (!isCopied) getSelection().selectAllChildren(find(".code", button.closest(".receipt")));
}

async function copiedInTime(text) {
  try {
    const written = navigator.clipboard.writeText(text).then(() => true);
    return await Promise.race([written, wait(COPIED_WITHIN).then(() => false)]);
  } catch { // not allowed here
    return false;
  }
}

function copiedTheOldWay(text) {
  const held = element("textarea", "who");
  held.value = text;
  document.body.append(held);
  held.select();
  const isCopied = document.execCommand("copy");
  held.remove();
  return isCopied;
}

/** One sentence above the box; "" takes it away. again: what its button does. */
export function tell(text, again) {
  trouble.textContent = text;
  trouble.hidden = !text;
  if (!again) return;
  trouble.append(
    resendButton(() => {
      tell("");
      again();
    }),
  );
}

export function tellOffline(isOffline) {
  offline.hidden = !isOffline;
}

function resendButton(again) {
  const button = element("button", "resend", words.resend);
  button.type = "button";
  button.addEventListener("click", again);
  return button;
}

/** A row of the visitor's own that is still on its way. */
export function pendingRow(...parts) {
  const row = element("div", "row me pending new");
  const bubble = element("div", "bubble");
  const content = element("span", "words");
  content.dir = "auto";
  content.append(...parts);
  bubble.append(element("span", "who", words.you), content);
  row.append(bubble);
  log.append(row);
  scrollTo(row);
  return row;
}

/** Say beside a pending row that it was not delivered; again: what its button does, if anything. */
export function markUndelivered(row, text, again) {
  markOnItsWay(row);
  const note = element("p", "late", text);
  note.setAttribute("role", "alert");
  if (again) note.append(resendButton(again));
  row.append(note);
}

export function markOnItsWay(row) {
  findAll(".late", row).forEach((note) => note.remove());
}

/** Three dots, if the answer takes a moment. Returns: what takes them away. */
export function waitForAnswer() {
  const dots = element("div", "row they waits");
  const timer = setTimeout(() => {
    dots.innerHTML = '<p class="bubble dots" aria-hidden="true"><i></i><i></i><i></i></p>';
    log.append(dots);
    dots.scrollIntoView({ block: "end" });
  }, 400);
  log.setAttribute("aria-busy", "true");
  return () => {
    clearTimeout(timer);
    dots.remove();
    log.removeAttribute("aria-busy");
  };
}
