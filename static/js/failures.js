// Failures are never silent; a refusal brings its own words in a `toast` event.
import { isPoll, on, words } from "./page.js";
import { toast } from "./toasts.js";

const WORDS = { 403: words.refused, 404: words.gone, 410: words.gone };

// What is gone is not asked for again.
function standStill(element) {
  const still = element.cloneNode(true);
  still.removeAttribute("hx-trigger");
  element.replaceWith(still);
  htmx.process(still);
}

// A refusal that brings the part of the page as it is now is shown in its place.
on("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 409 && detail.xhr.response) detail.shouldSwap = true;
});

on("htmx:responseError", ({ detail }) => {
  const { xhr, elt } = detail;
  if (isPoll(elt) && [404, 410].includes(xhr.status)) standStill(elt);
  if ((xhr.getResponseHeader("HX-Trigger") || "").includes("toast")) return;
  toast(WORDS[xhr.status] || words.broken, "danger");
});

on("htmx:sendError", ({ detail }) => {
  if (!isPoll(detail.elt)) toast(words.lost, "danger");
});
