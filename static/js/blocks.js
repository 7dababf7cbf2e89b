// The list of blocks: a form that is open survives when the list is swapped, the focus goes where
// the answer says, and blocks may be dragged.
import { byId, on } from "./page.js";
import { focusFirst } from "./focus.js";

const OPEN = "[data-block-open]";
let kept = [];
let dragged = null;

// They are taken out of the list before htmx cleans it up, and put back into the new one.
on("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "blocks" || !detail.shouldSwap) return;
  kept = [...detail.target.querySelectorAll(OPEN)];
  kept.forEach((card) => card.remove());
});

on("htmx:afterSwap", () => {
  kept.forEach((card) => byId(card.id)?.replaceWith(card));
  kept = [];
});

on("focus:on", ({ detail }) => byId(detail.id)?.focus());

// The form of a block that was added or opened begins with its first field.
on("htmx:afterSettle", ({ detail }) => {
  const { elt } = detail;
  if (elt.matches?.(OPEN)) focusFirst(elt);
});

// Dragging. The block goes where a line shows it, by its own form.
const list = () => document.querySelector("[data-blocks] ol");
const blocks = () => [...list().children];

function placeAt(y) {
  const others = blocks().filter((block) => block !== dragged);
  const below = others.findIndex((block) => {
    const box = block.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  return below < 0 ? others.length : below;
}

function mark(place) {
  blocks().forEach((block) => block.classList.remove("app-drop-above", "app-drop-below"));
  if (place === null) return;
  const others = blocks().filter((block) => block !== dragged);
  if (place < others.length) others[place].classList.add("app-drop-above");
  else others.at(-1)?.classList.add("app-drop-below");
}

on("dragstart", ({ target, dataTransfer }) => {
  const grip = target.closest?.("[data-grip]");
  if (!grip) return;
  dragged = grip.closest("[data-block]");
  dataTransfer.effectAllowed = "move";
  dataTransfer.setData("text/plain", "");
  dataTransfer.setDragImage(dragged, 20, 20);
  dragged.classList.add("app-dragged");
});

on("dragover", (event) => {
  if (!dragged || !event.target.closest?.("[data-blocks]")) return;
  event.preventDefault();
  mark(placeAt(event.clientY));
});

on("drop", (event) => {
  if (!dragged || !event.target.closest?.("[data-blocks]")) return;
  event.preventDefault();
  const to = placeAt(event.clientY);
  if (to === blocks().indexOf(dragged)) return;
  htmx.ajax("POST", dragged.querySelector("[data-move]").dataset.move, {
    target: "#blocks", swap: "outerHTML", values: { to },
  });
});

on("dragend", () => {
  if (!dragged) return;
  mark(null);
  dragged.classList.remove("app-dragged");
  dragged = null;
});
