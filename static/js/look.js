// A list may have been searched since its page came: language and theme lead back to what is seen.
import { on } from "./page.js";

on("submit", ({ target }) => {
  if (target.closest(".app-look")) target.elements.next.value = location.pathname + location.search;
});
