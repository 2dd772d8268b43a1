/* The page on which a picture is cropped and painted over: boxes by pointer or by keyboard, sent all at once. */

import { element, find, findAll } from "./page.js";

const SLIP = 1 / 100; // of the picture's shorter edge; a smaller box is a slip of the thumb
const STEPS_ACROSS = 60; // key presses from one side to the other
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const form = find("#editor");
const cover = find("#canvas svg");
const [, , wide, high] = cover.getAttribute("viewBox").split(" ").map(Number);
const between = (value, least, most) => Math.round(Math.min(Math.max(value, least), most));
let tool = "paint";
let boxes = []; // {kind, x, y, width, height, shape}, in pixels of the picture
let drawn = null; // the box under the pointer, and the corner it began at

function point(event) {
  const area = cover.getBoundingClientRect();
  const x = ((event.clientX - area.left) / area.width) * wide;
  const y = ((event.clientY - area.top) / area.height) * high;
  return { x: between(x, 0, wide), y: between(y, 0, high) };
}

function add(kind, at) {
  if (kind === "crop") boxes.filter((box) => box.kind === "crop").forEach(drop);
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const box = { kind, ...at, shape };
  boxes.push(box);
  const number = boxes.filter((one) => one.kind === "paint").length;
  const label = kind === "crop" ? form.dataset.crop : form.dataset.box.replace("%", number);
  const attributes = { class: kind, tabindex: "0", role: "img", "aria-label": label };
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  shape.addEventListener("keydown", (event) => keyed(event, box));
  cover.append(shape);
  place(box);
  return box;
}

function place(box) {
  for (const name of ["x", "y", "width", "height"]) box.shape.setAttribute(name, box[name]);
}

function drop(box) {
  box.shape.remove();
  boxes = boxes.filter((one) => one !== box);
}

/** Arrows move a box, with Shift they resize it; Delete takes it away. */
function keyed(event, box) {
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    drop(box);
    find("#add").focus();
  }
  const direction = ARROWS[event.key];
  if (!direction) return;
  event.preventDefault();
  const step = Math.max(2, Math.round(wide / STEPS_ACROSS));
  const [right, down] = direction.map((sign) => sign * step);
  if (event.shiftKey) {
    box.width = between(box.width + right, step, wide - box.x);
    box.height = between(box.height + down, step, high - box.y);
  } else {
    box.x = between(box.x + right, 0, wide - box.width);
    box.y = between(box.y + down, 0, high - box.height);
  }
  place(box);
}

function beginBox(event) {
  event.preventDefault();
  cover.setPointerCapture(event.pointerId);
  const corner = point(event);
  drawn = { corner, box: add(tool, { ...corner, width: 0, height: 0 }) };
}

function stretchBox(event) {
  if (!drawn) return;
  const { corner, box } = drawn;
  const { x, y } = point(event);
  box.x = Math.min(x, corner.x);
  box.y = Math.min(y, corner.y);
  box.width = Math.abs(x - corner.x);
  box.height = Math.abs(y - corner.y);
  place(box);
}

function endBox() {
  const least = Math.min(wide, high) * SLIP;
  const isSlip = drawn && (drawn.box.width < least || drawn.box.height < least);
  if (isSlip) drop(drawn.box);
  drawn = null;
}

/** Which lines of the picture stand in the window: of a long one, not all. */
function linesInWindow() {
  const area = cover.getBoundingClientRect();
  const scale = high / area.height;
  const top = between(-area.top * scale, 0, high);
  const bottom = between((innerHeight - area.top) * scale, 0, high);
  return bottom > top ? { top, count: bottom - top } : { top: 0, count: high };
}

function addByKeyboard() {
  const part = tool === "crop" ? 0.8 : 0.25; // of what is seen
  const lines = linesInWindow();
  const width = Math.round(wide * part);
  const height = Math.round(lines.count * part);
  const x = Math.round((wide - width) / 2);
  const y = lines.top + Math.round((lines.count - height) / 2);
  add(tool, { x, y, width, height }).shape.focus();
}

function submitted(event) {
  const act = (event.submitter || document.activeElement).value;
  if (act === "save") return boxes.forEach(hold);
  event.preventDefault();
  if (act !== "undo") tool = act || tool;
  else if (boxes.length) drop(boxes[boxes.length - 1]);
  for (const button of findAll("[aria-pressed]", form)) {
    button.setAttribute("aria-pressed", String(button.value === tool));
  }
}

function hold({ kind, x, y, width, height }) {
  const value = [x, y, x + width, y + height].join(",");
  form.append(Object.assign(element("input"), { type: "hidden", name: kind, value }));
}

findAll(".scripted", form).forEach((part) => (part.hidden = false));
findAll(".plainly", form).forEach((part) => part.remove());
findAll("input[name=paint], input[name=crop], input[name=corner]", form).forEach((part) => part.remove());
cover.replaceChildren();
cover.removeAttribute("aria-hidden");
cover.setAttribute("role", "group");
cover.setAttribute("aria-label", find("h1").textContent);
cover.classList.add("live");
cover.addEventListener("pointerdown", beginBox);
cover.addEventListener("pointermove", stretchBox);
cover.addEventListener("pointerup", endBox);
cover.addEventListener("pointercancel", endBox);
find("#add").addEventListener("click", addByKeyboard);
form.addEventListener("submit", submitted);
