// Back and forward.
import { on } from "./page.js";

// Back twice in a hurry: the page that was only passed must not come last and stay.
let restoring = null;

on("htmx:historyCacheMiss", ({ detail }) => {
  restoring?.abort();
  restoring = detail.xhr;
});

// A page that comes back has no modal, so it must not stay locked by one.
on("htmx:historyRestore", () => {
  document.body.classList.remove("modal-open");
  document.body.removeAttribute("style");
  document.querySelectorAll(".modal-backdrop").forEach((backdrop) => backdrop.remove());
});
