// Ticks in a list: how many there are, all of a page at once, and that they outlive a refresh.
import { on } from "./page.js";

const TICKS = "[name=tick]";
let ticked = [];

const ticksOf = (region) => [...region.querySelectorAll(TICKS)];

function show(region) {
  const number = region.querySelector("[data-ticked]");
  if (!number) return;
  const ticks = ticksOf(region);
  const those = ticks.filter((tick) => tick.checked).length;
  const page = region.querySelector("[data-tick-page]");
  number.textContent = those.toLocaleString(document.documentElement.lang);
  page.checked = those > 0 && those === ticks.length;
  page.indeterminate = those > 0 && those < ticks.length;
}

on("change", ({ target }) => {
  const region = target.closest("[data-region]");
  if (!region || !target.matches(`${TICKS}, [data-tick-page]`)) return;
  if (target.matches("[data-tick-page]")) {
    ticksOf(region).forEach((tick) => { tick.checked = target.checked; });
  }
  show(region);
});

on("htmx:beforeSwap", ({ detail }) => {
  if (!detail.target.matches("[data-region]")) return;
  ticked = ticksOf(detail.target).filter((tick) => tick.checked).map((tick) => tick.value);
});

on("htmx:afterSettle", () => {
  if (!ticked.length) return;
  document.querySelectorAll("[data-region]").forEach((region) => {
    ticksOf(region).forEach((tick) => { tick.checked ||= ticked.includes(tick.value); });
    show(region);
  });
  ticked = [];
});

// A browser that comes back to a page fills in what was ticked.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-region]").forEach(show);
});
