// Focus. When what had it is replaced, its place is remembered: by id, or as a row of a list.
import { byId, modalElement, on } from "./page.js";

let lost = null;

export function placeOf(element) {
  const row = element.closest("tbody > tr");
  return {
    id: element.id,
    region: element.closest("[data-region]")?.id,
    row: row ? [...row.parentElement.children].indexOf(row) : -1,
  };
}

export function focusPlace({ id, region, row }) {
  const list = byId(region);
  const rows = list?.querySelectorAll("tbody > tr") || [];
  const near = row < 0 ? null : rows[Math.min(row, rows.length - 1)];
  const found = byId(id) || near?.querySelector(".app-row-actions :is(a, button)")
    || near?.querySelector("a, button") || list;
  if (found === list) list?.setAttribute("tabindex", "-1");
  found?.focus({ preventScroll: true });
}

export function focusFirst(root) {
  const field = root.querySelector(".is-invalid, [aria-invalid=true]")
    || root.querySelector("[autofocus], input:not([type=hidden]), textarea, select")
    || root.querySelector(".modal-footer .btn");
  field?.focus();
}

export function rememberFocus() {
  lost = placeOf(document.activeElement);
}

export function returnFocus() {
  if (lost && document.activeElement === document.body) focusPlace(lost);
}

on("htmx:beforeSwap", ({ detail }) => {
  const active = document.activeElement;
  if (detail.target.contains(active) && !modalElement.contains(active)) rememberFocus();
});

on("htmx:afterSettle", () => {
  returnFocus();
  lost = null;
});
