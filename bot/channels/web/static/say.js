/* The box, and the visitor's words on their way: in order, kept until they are delivered. */

import { draft, keepDraft, keepUndelivered, undelivered } from "./kept.js";
import { find, newKey, words } from "./page.js";
import { send, take, turn } from "./post.js";
import { markOnItsWay, markUndelivered, pendingRow, tell } from "./screen.js";

const box = find("#text");
const waiting = []; // [{key, text, row}], oldest first
let isDelivering = false;

export const hasUndelivered = () => waiting.length > 0;

/** Words into the box, to be sent or changed. */
export function fill(text) {
  box.value = text;
  keepDraft(text);
  fit();
}

export function say() {
  const text = box.value;
  if (!text.trim()) return box.focus();
  fill("");
  line(newKey(), text);
  deliver();
}

function line(key, text) {
  waiting.push({ key, text, row: pendingRow(text) });
  keep();
}

function keep() {
  keepUndelivered(waiting.map(({ key, text }) => ({ key, text })));
}

/** Send what waits, until all is delivered or the network fails. */
export async function deliver() {
  if (isDelivering) return;
  isDelivering = true;
  waiting.forEach(({ row }) => markOnItsWay(row));
  while (waiting.length) {
    const { key, text, row } = waiting[0];
    const answer = await turn(() => send("/say", new URLSearchParams({ key, text })));
    if (!answer) break;
    waiting.shift();
    keep();
    row.remove();
    if (answer.status === 200) {
      take(answer);
    } else {
      takeBack(text);
      tell(answer.text);
    }
  }
  waiting.forEach(({ row }) => markUndelivered(row, words.unsent, deliver));
  isDelivering = false;
}

/** Back into the box, before what was typed meanwhile. */
function takeBack(text) {
  fill(box.value ? `${text}\n${box.value}` : text);
}

/** The box is as high as its words; what stands above it is told. */
function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
  document.documentElement.style.setProperty("--box-height", `${find("#now").offsetHeight}px`);
}

/** What a page before this one left behind. */
export function begin() {
  if (box.value) keepDraft(box.value); // refused, or kept by the browser itself
  else fill(draft());
  undelivered().forEach(({ key, text }) => line(key, text));
  deliver();
  fit();
  box.addEventListener("input", () => {
    keepDraft(box.value);
    fit();
  });
  box.addEventListener("keydown", (event) => {
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || isComposing) return;
    event.preventDefault();
    say();
  });
  addEventListener("online", deliver);
}
