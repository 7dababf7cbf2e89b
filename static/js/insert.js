// A personal field is put where the cursor is; braces need not be typed.
import { byId, on } from "./page.js";

on("click", ({ target }) => {
  const button = target.closest("[data-insert]");
  const menu = button?.closest("[data-inserts]");
  if (!menu) return;
  const field = byId(menu.dataset.inserts);
  menu.open = false;
  field.focus();
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// A menu that is left closes.
on("focusin", ({ target }) => {
  document.querySelectorAll("details[open][data-inserts]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
});
