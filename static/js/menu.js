// Menus that unfold: a click elsewhere, or Esc, folds them.
import { on } from "./page.js";

const openMenus = () => document.querySelectorAll("details[open].app-menu");

on("click", ({ target }) => {
  openMenus().forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
});

on("keydown", ({ key, target }) => {
  if (key !== "Escape") return;
  const menu = target.closest("details[open].app-menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
