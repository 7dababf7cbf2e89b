// The button of a mailing's form names the time for which it schedules; the end of sending stays
// behind its start.
import { on } from "./page.js";

const WEEK = 7 * 24 * 3600 * 1000;  // milliseconds
const language = { en: "en-GB" }[document.documentElement.lang] || document.documentElement.lang;

// `text` is as the field has it: 2026-11-28T10:00.
function timeWords(text) {
  const day = new Date(text);
  if (Number.isNaN(day.getTime())) return "";
  const words = day.toLocaleDateString(language, { day: "numeric", month: "long" });
  const otherYear = day.getFullYear() !== new Date().getFullYear();
  return `${words}${otherYear ? ` ${day.getFullYear()}` : ""}, ${text.slice(11, 16)}`;
}

function sayTime(button) {
  const time = timeWords(button.closest("form").elements.starts_at.value);
  const { plain, planned } = button.dataset;
  button.textContent = time ? planned.replace("{time}", time) : plain;
}

function sayTimes(root) {
  root.querySelectorAll("[data-planned]").forEach(sayTime);
}

// Fields have the person's own time; as if of UTC, no change of clocks is between them.
function endBehindStart({ starts_at: start, ends_at: end }) {
  const from = Date.parse(`${start.value}Z`);
  const isBehind = Date.parse(`${end.value}Z`) > from;
  if (Number.isNaN(from) || !end.value || isBehind) return;
  end.value = new Date(from + WEEK).toISOString().slice(0, 16);
}

on("change", ({ target }) => {
  if (target.name === "starts_at" && target.form.elements.ends_at) {
    endBehindStart(target.form.elements);
  }
});

on("input", ({ target }) => {
  if (target.name !== "starts_at") return;
  sayTimes(target.form);
  const atOnce = target.form.elements.at_once;
  if (atOnce) atOnce.checked = false;  // it was about the time that stood there
});
on("htmx:afterSettle", () => sayTimes(document));
sayTimes(document);
