/* Masking by selecting words of the preview. */

import { element, find, words } from "./page.js";

/** Code points before one end of a selection inside a masked text; null outside. */
function place(node, offset, isEnd) {
  if (node.nodeType === Node.ELEMENT_NODE && node.classList.contains("masked")) {
    const piece = node.childNodes[isEnd ? offset - 1 : offset];
    return piece ? place(piece, isEnd ? piece.childNodes.length : 0, isEnd) : null;
  }
  const holder = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  const piece = holder.closest("[data-at]");
  if (!piece) return null;
  const at = Number(piece.dataset.at);
  if (piece.tagName === "BUTTON") return isEnd ? Number(piece.dataset.to) : at;
  if (node.nodeType === Node.ELEMENT_NODE) return isEnd && offset ? at + [...piece.textContent].length : at;
  return at + [...node.data.slice(0, offset)].length;
}

/** What is selected, as a press: {form, choice}; null where nothing can be masked. */
function selected() {
  const held = getSelection();
  if (!held.rangeCount || held.isCollapsed) return null;
  const range = held.getRangeAt(0);
  const node = range.commonAncestorContainer;
  const holder = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  const text = holder.closest(".masked");
  if (!text || text.closest(".closed")) return null;
  const start = place(range.startContainer, range.startOffset, false);
  const end = place(range.endContainer, range.endOffset, true);
  if (start === null || end === null || start >= end) return null;
  return { form: text.closest("form"), choice: `hide:${start}-${end}` };
}

/** press: gets a form and a choice. */
export function begin(press) {
  const hide = element("button", "main", words.hide);
  hide.id = "hide";
  hide.type = "button";
  hide.hidden = true;
  find("main").append(hide);
  let chosen = null;
  document.addEventListener("selectionchange", () => {
    chosen = selected();
    hide.hidden = !chosen;
  });
  hide.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
  hide.addEventListener("click", () => {
    if (!chosen) return;
    const { form, choice } = chosen;
    getSelection().removeAllRanges();
    press(form, choice);
  });
}
