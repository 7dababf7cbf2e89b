// What is typed into a part of a form while that is fetched anew stands in what comes as well.
import { on } from "./page.js";

const typed = new Map();  // values by id

on("input", ({ target }) => {
  if (target.closest("[data-keeps-typed][aria-busy=true]")) typed.set(target.id, target.value);
});

on("htmx:afterSwap", ({ target }) => {
  if (!target.matches("[data-keeps-typed]")) return;
  typed.forEach((value, id) => {
    const field = target.querySelector(`#${CSS.escape(id)}`);
    if (field) field.value = value;
  });
  typed.clear();
});
