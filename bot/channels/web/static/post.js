/* Posting: one after the other, tried again by itself; the key of a post makes it count once. */

import { hadUnsent, keepUnsent } from "./kept.js";
import { find, wait, words } from "./page.js";
import { log, show, tell, tellOffline, waitForAnswer } from "./screen.js";

const PATIENCE = 20000; // milliseconds for one answer
const SEEN_NOTHING = "-"; // as the server names an empty screen
const language = log.dataset.lang;
let seen = log.dataset.seen;
let queue = Promise.resolve();
let busy = 0;

export const isBusy = () => busy > 0;
export const seenLast = () => seen;
export const hasSeenNothing = () => seen === SEEN_NOTHING;

/** What an answer says beside its rows. header: gets the value of a name. */
export function read(status, header, text) {
  return {
    status,
    text,
    isWhole: header("X-Screen") === "whole",
    seen: header("X-Seen"),
    language: header("X-Lang"),
    isLost: header("X-Lost"), // the conversation before it was gone
    isDeclined: header("X-Declined"),
    hasNewCookie: header("X-Again"),
  };
}

export async function send(url, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const headers = { "X-Seen": seen };
    const answer = await fetch(url, { method: "POST", body, headers, signal: patience.signal });
    return read(answer.status, (name) => answer.headers.get(name), await answer.text());
  } finally {
    clearTimeout(timer);
  }
}

/** Post in turn. Returns: the answer, with its rows on the screen; null where the network failed twice. */
export function turn(act) {
  const answered = queue.then(async () => {
    busy++;
    const stopWaiting = waitForAnswer();
    try {
      return await tried(act);
    } catch {
      return null;
    } finally {
      stopWaiting();
      busy--;
    }
  });
  queue = answered;
  return answered;
}

async function tried(act) {
  for (let tries = 0; ; tries++) {
    try {
      const answer = await act();
      tellOffline(false);
      tell("");
      if (answer.hasNewCookie && tries < 2) continue; // the cookie had gone, and has just come anew
      return answer;
    } catch (error) {
      if (tries) throw error;
      tellOffline(true);
      await online();
    }
  }
}

function online() {
  const heard = new Promise((done) => addEventListener("online", done, { once: true }));
  return Promise.race([heard, wait(navigator.onLine ? 1500 : 8000)]);
}

/** Put an answer's rows on the screen; a page of another language is loaded anew. */
export function take(answer) {
  if (answer.language !== language) return location.reload();
  if (answer.seen) seen = answer.seen;
  show(answer.text, answer.isWhole);
  noteUnsent(answer.isLost);
}

/** Who wrote something that never went out, and finds it gone, is told so. */
export function noteUnsent(isLost = false) {
  if (isLost || (hadUnsent() && hasSeenNothing())) tell(words.lost);
  const prompt = find(".asks:not(.closed):not(.told)", log);
  keepUnsent(Boolean(prompt) && !find(".story", prompt));
}

/** Whatever has come since; everything anew where `whole`. */
async function news(whole) {
  const answer = await fetch("/", { headers: { "X-Seen": whole ? "0" : seen } });
  if (answer.ok) take(read(answer.status, (name) => answer.headers.get(name), await answer.text()));
}

/** Be told when there is more to see, and when the network goes. */
export function listen() {
  addEventListener("offline", () => tellOffline(true));
  addEventListener("online", () => tellOffline(false));
  connect();
}

function connect() {
  const live = new EventSource("/live");
  live.onmessage = ({ data }) => {
    const ring = () => (data === seen ? null : news(data === "0").catch(() => null)); // the next ring tells it too
    queue = queue.then(ring);
  };
  live.onerror = () => {
    if (live.readyState === EventSource.CLOSED) setTimeout(connect, 30000);
  };
}
