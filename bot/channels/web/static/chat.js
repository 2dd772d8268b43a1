/* The chat with scripts: the same forms as without, sent without leaving the page. */

import { forgetAll } from "./kept.js";
import { begin as beginMasking } from "./masking.js";
import { find, findAll, newKey, wait, words } from "./page.js";
import { begin as beginPictures } from "./pictures.js";
import { isBusy, listen, noteUnsent, send, take, turn } from "./post.js";
import { begin as beginSaying, deliver, fill, hasUndelivered, say } from "./say.js";
import { enrich, log, settle, showNewest, tell } from "./screen.js";

const GONE_WITHIN = 3000; // milliseconds that a quick exit waits for the server
const box = find("#text");
const menu = find(".menu");
const tabs = window.BroadcastChannel && new BroadcastChannel("chat");

/** A button of the conversation. Words on their way come first, for they change what is pressed. */
async function press(form, choice, isGrave = false, key = newKey()) {
  if (isBusy()) return;
  if (hasUndelivered()) return deliver();
  const mark = form.elements.mark.value;
  const answer = await turn(() => send("/press", new URLSearchParams({ key, mark, choice })));
  if (!answer) return tell(words.unpressed, () => press(form, choice, isGrave, key));
  if (answer.status !== 200) return tell(answer.text);
  take(answer);
  const isDiscarded = isGrave && answer.isWhole && !find(".me", log);
  if (isDiscarded) fill("");
}

/** Blank at once, then gone, in every tab; the chat is not left in the history. */
async function leave() {
  vanish();
  tabs?.postMessage("left");
  const left = fetch("/leave", { method: "POST", keepalive: true, redirect: "manual" });
  await Promise.race([left.catch(() => null), wait(GONE_WITHIN)]);
  location.replace("/note");
}

function vanish() {
  document.body.hidden = true;
  document.title = "";
  box.value = "";
  forgetAll();
}

function submitted(event) {
  const form = event.target;
  const action = form.getAttribute("action");
  const button = event.submitter || document.activeElement;
  if (!["/say", "/press", "/picture", "/leave"].includes(action)) return;
  event.preventDefault();
  if (action === "/say") say();
  else if (action === "/leave") leave();
  else if (action === "/press" && button?.value) {
    if (menu.contains(button)) menu.open = false;
    press(form, button.value, button.classList.contains("grave"));
  }
}

document.addEventListener("submit", submitted);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  find("summary", menu).focus();
});
document.addEventListener("pointerdown", (event) => {
  if (!menu.contains(event.target)) menu.open = false;
});
for (const example of findAll(".example", log)) {
  example.disabled = false;
  example.addEventListener("click", () => {
    fill(example.textContent);
    box.focus();
  });
}
if (tabs) tabs.onmessage = () => (vanish(), location.replace("/note"));
addEventListener("pageshow", (event) => event.persisted && location.reload());
// a phone's keyboard takes half of the screen: what is asked stays above the box
window.visualViewport?.addEventListener("resize", () => document.activeElement === box && showNewest());

find("#waiting")?.remove();
settle();
enrich(log);
beginMasking(press);
beginPictures();
beginSaying();
noteUnsent();
listen();
showNewest();
