// Toasts. One that offers to undo stays longer; none leaves while it is pointed at or focused.
import { byId, on } from "./page.js";

const READ_FOR = { success: 5000, danger: 9000, undo: 30000 };

function showToast(element, delay) {
  element.addEventListener("hidden.bs.toast", () => element.remove());
  new bootstrap.Toast(element, { delay }).show();
}

function isShown(text) {
  const shown = [...document.querySelectorAll("#toasts .app-toast-danger .toast-body")];
  return shown.some((body) => body.textContent === text);
}

export function toast(text, level = "success", undo = "") {
  if (level === "danger" && isShown(text)) return;  // what polls fails again and again
  const element = byId("toast-template").content.firstElementChild.cloneNode(true);
  const form = element.querySelector("form");
  element.classList.add(`app-toast-${level}`);
  element.querySelector(".toast-body").textContent = text;
  if (undo) {
    form.action = undo;
    form.setAttribute("hx-post", undo);
  } else {
    form.remove();
  }
  byId("toasts").append(element);
  htmx.process(element);
  showToast(element, READ_FOR[undo ? "undo" : level]);
}

on("toast", ({ detail }) => toast(detail.text, detail.level, detail.undo));

on("htmx:afterRequest", (event) => {
  if (!event.detail.elt.matches("[data-undo]")) return;
  event.detail.elt.closest(".toast").remove();
  byId("main").focus({ preventScroll: true });
});

document.querySelectorAll("#toasts .toast").forEach((element) => {
  showToast(element, READ_FOR[element.querySelector("[data-undo]") ? "undo" : "danger"]);
});
