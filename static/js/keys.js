// Keys: also where they stand on a Russian keyboard; never while typing; they can be switched off.
import { isModalOpen, showInModal } from "./modal.js";
import { byId, on } from "./page.js";

const RUSSIAN = { т: "n", ".": "/", ",": "?" };
const KEYS = {
  "/": () => document.querySelector("main input[type=search]")?.select(),
  n: () => document.querySelector("main [data-new]")?.click(),
  "?": showKeys,
};
const keysOn = () => localStorage.getItem("keys") !== "off";

function showKeys() {
  const sheet = byId("keys-template").content.cloneNode(true);
  sheet.querySelector("[data-keys-on]").checked = keysOn();
  showInModal(sheet);
}

function escape(target) {
  target.closest("[data-inline]")?.querySelector("[data-cancel]")?.click();
}

on("keydown", (event) => {
  const { key, target } = event;
  if (key === "Escape") escape(target);
  if (key === "Enter" && target.matches("[data-find]")) {
    event.preventDefault();
    target.form.querySelector("[name=_find]").click();
  }
  const typing = target.isContentEditable
    || target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
  if (isModalOpen()) return;
  const name = (["Slash", "KeyN"].includes(event.code) && RUSSIAN[key]) || key;
  if (!Object.hasOwn(KEYS, name)) return;
  event.preventDefault();
  KEYS[name]();
});

on("click", ({ target }) => {
  if (target.closest("[data-keys]")) showKeys();
});

on("change", ({ target }) => {
  if (target.matches("[data-keys-on]")) localStorage.setItem("keys", target.checked ? "on" : "off");
});
