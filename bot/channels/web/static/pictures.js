/* Pictures: chosen, dropped or pasted, several at once, sent in their order. */

import { element, find, newKey, words } from "./page.js";
import { read, seenLast, take, turn } from "./post.js";
import { markUndelivered, pendingRow, tell } from "./screen.js";

const PATIENCE = 300000; // milliseconds for one picture

/** Send these files in order; each that is not taken is named. */
export async function sendPictures(files) {
  if (!files.length) return;
  const most = Number(words.most);
  const row = pendingRow();
  const shown = progressIn(row);
  const failed = files.slice(most).map((file) => ({ file, why: words.toomany }));
  const taken = files.slice(0, most);
  for (const [at, file] of taken.entries()) {
    const why = await sendOne(file, (part) => shown(at + 1, taken.length, part));
    if (why !== null) failed.push({ file, why, canRetry: why === words.unsent });
  }
  row.remove();
  if (failed.length) name(failed);
}

function progressIn(row) {
  const bar = Object.assign(element("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", words.uploading.replace("#%", ""));
  const note = element("span");
  find(".words", row).append(note, bar);
  return (number, of, part) => {
    const count = of > 1 ? `${number}/${of}　` : "";
    const percent = Math.floor(part * 100);
    bar.value = (number - 1 + part) / of;
    note.textContent = count + (part < 1 ? words.uploading.replace("#", percent) : words.scrubbing);
  };
}

/** Returns: null where it was taken, else why not. */
async function sendOne(file, progress) {
  progress(0);
  if (file.size > words.large) return words.toolarge;
  const key = newKey();
  const answer = await turn(() => upload(file, key, progress));
  if (!answer) return words.unsent;
  if (answer.status !== 200) return answer.text;
  take(answer);
  return answer.isDeclined ? "" : null; // why stands on the screen already
}

function upload(file, key, progress) {
  return new Promise((done, fail) => {
    const body = new FormData();
    const ask = new XMLHttpRequest(); // fetch tells no progress
    body.append("key", key);
    body.append("file", file, "file"); // its own name may name somebody
    ask.open("POST", "/picture");
    ask.setRequestHeader("X-Seen", seenLast());
    ask.timeout = PATIENCE;
    ask.upload.onprogress = (event) => progress(event.loaded / event.total);
    ask.onload = () => done(read(ask.status, (name) => ask.getResponseHeader(name), ask.responseText));
    ask.onerror = ask.ontimeout = ask.onabort = () => fail(new Error("upload"));
    ask.send(body);
  });
}

/** Which were not taken, and why; those that the network lost can be sent again. */
function name(failed) {
  tell("");
  const row = pendingRow();
  for (const { file, why } of failed) {
    const told = words.nottaken.replace("#", () => file.name);
    find(".words", row).append(element("span", "failed", why ? `${told}${why}` : told));
  }
  const lost = failed.filter(({ canRetry }) => canRetry).map(({ file }) => file);
  const again = () => (row.remove(), sendPictures(lost));
  if (lost.length) markUndelivered(row, "", again);
}

const filesOf = (transfer) => [...(transfer?.files || [])];

export function begin() {
  const chosen = find("#file");
  find(".attach summary").addEventListener("click", (event) => {
    event.preventDefault();
    chosen.click();
  });
  chosen.addEventListener("change", () => {
    const files = [...chosen.files];
    chosen.value = "";
    sendPictures(files);
  });
  document.addEventListener("paste", (event) => {
    const files = filesOf(event.clipboardData).filter((file) => file.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    sendPictures(files);
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    const files = filesOf(event.dataTransfer);
    if (!files.length) return;
    event.preventDefault();
    sendPictures(files);
  });
}
