// Waiting: nothing for 100 ms, then a thin bar, after a second a word; a sent form's buttons rest.
import { rememberFocus, returnFocus } from "./focus.js";
import { byId, isPoll, modalElement, on, words } from "./page.js";

let waiting = 0;
let clocks = [];

function showBar() {
  byId("app-loading").classList.add("app-on");
}

function sayWord() {
  byId("app-loading-word").textContent = words.loading;
}

function begin() {
  waiting += 1;
  if (waiting === 1) clocks = [setTimeout(showBar, 100), setTimeout(sayWord, 1000)];
}

function end() {
  waiting = Math.max(0, waiting - 1);
  if (waiting) return;
  clocks.forEach(clearTimeout);
  byId("app-loading").classList.remove("app-on");
  byId("app-loading-word").textContent = "";
}

function setButtons(form, disabled) {
  form.querySelectorAll("button:not([type=button])").forEach((button) => {
    button.disabled = disabled;
  });
}

on("htmx:beforeRequest", ({ detail: { elt, target } }) => {
  if (isPoll(elt)) return;
  begin();
  target?.setAttribute("aria-busy", "true");
  if (!elt.matches("form[method=post]")) return;
  // A button that is disabled loses the focus.
  if (elt.contains(document.activeElement) && !modalElement.contains(elt)) rememberFocus();
  setButtons(elt, true);
});

on("htmx:afterRequest", ({ detail: { elt, target } }) => {
  if (isPoll(elt)) return;
  end();
  target?.removeAttribute("aria-busy");
  if (!elt.matches("form[method=post]")) return;
  setButtons(elt, false);
  if (elt.isConnected) returnFocus();
});
