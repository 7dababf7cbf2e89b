// A file may be dropped anywhere on a page that takes one. What was chosen is named, and told of
// when it is too large, before it is sent.
import { on } from "./page.js";

const LONGEST_PASTED = 1_000_000;
const zone = document.querySelector("[data-drop-zone]");
const input = zone?.querySelector("input[type=file]");
const told = zone?.querySelector("[data-drop-told]");

function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files");
}

function sizeOf(file) {
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const [unit, octets] = file.size < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const [, ...rest] = new Intl.NumberFormat(
    document.documentElement.lang, { style: "unit", unit }).formatToParts(1);
  return number.format(file.size / octets) + rest.map(({ value }) => value).join("");
}

function tell() {
  const [file] = input.files;
  const isOver = Boolean(file) && file.size > Number(zone.dataset.limit);
  zone.classList.toggle("app-chosen", Boolean(file) && !isOver);
  zone.classList.toggle("app-over-limit", isOver);
  told.textContent = file ? `${file.name}, ${sizeOf(file)}` : "";
  if (isOver) told.textContent += `. ${zone.dataset.tooLarge}`;
  input.setCustomValidity(isOver ? zone.dataset.tooLarge : "");
}

// What is pasted is too long for a field, but not for a file.
function sendAsFile(field) {
  if (input.files.length || field.value.length < LONGEST_PASTED) return;
  const pasted = new DataTransfer();
  pasted.items.add(new File([field.value], "pasted.txt"));
  input.files = pasted.files;
  field.value = "";
}

if (zone) {
  on("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone.classList.add("app-over");
  });
  on("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) zone.classList.remove("app-over");
  });
  on("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("app-over");
    input.files = event.dataTransfer.files;
    tell();
    input.form.querySelector("button").focus();
  });
  input.addEventListener("change", tell);
  addEventListener("pageshow", tell);  // a browser that goes back may have kept the file
  input.form.addEventListener("submit", (event) => {
    sendAsFile(input.form.elements.text);
    if (!input.checkValidity()) {
      event.preventDefault();
      input.focus();
      return;
    }
    const { sending } = input.form.querySelector("[data-sending]").dataset;
    if (input.files.length) input.form.querySelector("[data-sending-told]").textContent = sending;
  });
}
