// Comfort only: everything works without. The code of a one-time link stands behind "#", so no server log has it.
"use strict";
const enter = document.getElementById("enter");
if (enter && location.hash.length > 1) {
  enter.elements.code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  enter.requestSubmit ? enter.requestSubmit() : enter.submit();
}
const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
// What is typed survives a reload, in this tab alone, until it is sent.
const answer = document.querySelector("form[data-draft]");
if (answer) {
  const key = "draft " + answer.dataset.draft;
  const box = answer.elements.text;
  if (!box.value) box.value = sessionStorage.getItem(key) || "";
  box.addEventListener("input", () => sessionStorage.setItem(key, box.value));
}
const check = document.querySelector("form[data-draft-of]");
if (check) check.querySelector("[value=send]").addEventListener("click", () => sessionStorage.removeItem("draft " + check.dataset.draftOf));
const leaving = document.querySelector("form[action='/unit/leave']");
if (leaving) leaving.addEventListener("submit", () => sessionStorage.clear());
