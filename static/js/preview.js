// The letter beside its editor. A form that is not saved is posted into the frame while it is being
// written; a letter that is wider than its place is shown smaller, as a whole.
import { on } from "./page.js";

const WAIT = 500;  // after the last key
const WIDE = 640;  // pixels that a letter wants on a desktop
let timer = 0;

const beside = () => document.querySelector("[data-letter-of-form]");

// Each letter gets a frame of its own, so that none is a step in the browser's history.
function freshFrame(old) {
  const fresh = old.cloneNode();
  fresh.removeAttribute("src");
  old.replaceWith(fresh);
  return fresh;
}

// Posts what stands in the form; not by the form itself, whose being sent would mean to save.
function show() {
  clearTimeout(timer);
  const part = beside();
  const fields = new FormData(part.closest("form"));
  const form = document.createElement("form");
  form.method = "post";
  form.action = part.dataset.letterOfForm;
  form.target = freshFrame(part.querySelector("iframe")).name;
  form.hidden = true;
  [...fields].filter(([, value]) => typeof value === "string").forEach(([name, value]) => {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    form.append(field);
  });
  document.body.append(form);
  form.submit();
  form.remove();
}

function showSoon() {
  clearTimeout(timer);
  timer = setTimeout(show, WAIT);
}

on("input", ({ target }) => {
  const part = beside();
  if (part && target.closest("form") === part.closest("form")) showSoon();
});

on("click", (event) => {
  if (!event.target.closest("[data-letter-show]") || !beside()) return;
  event.preventDefault();
  show();
});

// Without a script these lead to the letter's place on the page, and htmx would let them: a step back.
on("click", (event) => {
  if (event.target.closest("[data-letter-of-form] a[hx-get]")) event.preventDefault();
});

on("letter:changed", () => beside() && showSoon());

const sizes = new ResizeObserver((places) => places.forEach(({ target }) => fit(target)));

function fit(stage) {
  stage.style.setProperty("--app-stage-scale", Math.min(1, stage.clientWidth / WIDE));
}

function begin() {
  document.querySelectorAll("[data-stage]").forEach((stage) => sizes.observe(stage));
  const part = beside();
  if (!part || part.dataset.begun) return;
  part.dataset.begun = "true";
  show();
}

on("htmx:afterSettle", begin);
begin();
