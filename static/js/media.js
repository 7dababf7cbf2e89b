// Files of letters: they may be dropped on their forms, and the forms tell what was chosen. What
// changes beside an editor moves the version that the editor knows.
import { on } from "./page.js";

const ENTER = "Enter";

const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
const inputOf = (form) => form.querySelector("input[type=file]");

// The form on which files are dropped: that under the pointer, or the page's own.
function formOf({ target }) {
  return target.closest?.("[data-drop-files]") || document.querySelector("[data-drop-anywhere]");
}

function sizeOf(octets) {
  const unit = octets < 1e6 ? "kilobyte" : "megabyte";
  const number = octets < 1e6 ? Math.max(1, Math.round(octets / 1e3)) : octets / 1e6;
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit, maximumFractionDigits: 1 }).format(number);
}

function tell(form) {
  const files = [...inputOf(form).files];
  const told = form.querySelector("[data-drop-told]");
  form.classList.toggle("app-chosen", files.length > 0);
  if (told) told.textContent = files.map(({ name, size }) => `${name}, ${sizeOf(size)}`).join("; ");
}

function unmark() {
  document.querySelectorAll(".app-over[data-drop-files]").forEach((form) => {
    form.classList.remove("app-over");
  });
}

on("dragover", (event) => {
  const form = hasFiles(event) && formOf(event);
  unmark();
  if (!form) return;
  event.preventDefault();
  form.classList.add("app-over");
});

on("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) unmark();
});

on("drop", (event) => {
  const form = hasFiles(event) && formOf(event);
  unmark();
  if (!form) return;
  event.preventDefault();
  inputOf(form).files = event.dataTransfer.files;
  tell(form);
  form.querySelector("button").focus();
});

on("change", ({ target }) => {
  const form = target.closest?.("[data-drop-files]");
  if (form && target.type === "file") tell(form);
});

// Enter in the search of a field looks for pictures; it does not send the field's form.
on("keydown", (event) => {
  if (event.key === ENTER && event.target.matches?.("[data-picture-q]")) event.preventDefault();
});

on("message:touched", ({ detail }) => {
  document.querySelectorAll("input[name=_version]").forEach((input) => {
    if (Date.parse(input.value) === Date.parse(detail.before)) input.value = detail.now;
  });
});
