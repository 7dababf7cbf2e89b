// What was unfolded in a part of the page that refreshes itself stays unfolded.
import { byId, on } from "./page.js";

let unfolded = [];

on("htmx:beforeSwap", ({ detail }) => {
  unfolded = [...detail.target.querySelectorAll("details[open][id]")].map(({ id }) => id);
});

on("htmx:afterSwap", () => {
  unfolded.forEach((id) => byId(id)?.setAttribute("open", ""));
  unfolded = [];
});
