// A double click sends a plain form once; those of htmx rest their buttons themselves.
import { on } from "./page.js";

const TWICE = 2000;  // ms: a later click is a new wish, where the page is still there
const sent = new WeakMap();

on("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const now = performance.now();
  if (now - (sent.get(event.target) ?? -TWICE) < TWICE) event.preventDefault();
  else sent.set(event.target, now);
});
