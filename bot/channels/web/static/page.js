/* What every script of ours needs. */

export const find = (query, root = document) => root.querySelector(query);
export const findAll = (query, root = document) => [...root.querySelectorAll(query)];
export const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Sentences of the page that only scripts say, in its language. */
export const words = { ...find("#words")?.dataset };

export function element(tag, classes = "", text = "") {
  return Object.assign(document.createElement(tag), { className: classes, textContent: text });
}

/** Of one post: however often it arrives, it counts once. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
