// Rows that refresh themselves stand still under a hand: while one is edited, has the focus,
// has a selected text or an open menu. The next poll brings what was missed.
import { isPoll, on } from "./page.js";

function isUnderHand(region) {
  if (region.querySelector("[data-inline], details[open], [aria-busy=true]")) return true;
  if (region !== document.activeElement && region.contains(document.activeElement)) return true;
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && selection.containsNode(region, true));
}

// Only a poll waits: what a person has done is shown at once.
function holdStill(event) {
  const { elt, requestConfig } = event.detail;
  const asks = requestConfig?.elt || elt;
  if (!asks.matches("[data-still-under-hand]") || requestConfig?.triggeringEvent) return;
  if (isPoll(asks) && isUnderHand(asks)) event.preventDefault();
}

on("htmx:beforeRequest", holdStill);
on("htmx:beforeSwap", holdStill);
