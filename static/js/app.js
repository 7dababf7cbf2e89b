"use strict";
// The only script of Vestnik. Pages work without it; with it forms open in a modal, toasts
// appear, keys work, the focus survives a swap, and every failed request ends in a visible word.

const byId = (id) => document.getElementById(id);
const modalElement = byId("modal");
const modalContent = byId("modal-content");
const modal = new bootstrap.Modal(modalElement);
const words = document.body.dataset;
const on = (name, listener) => document.addEventListener(name, listener);
const isPoll = (element) => element.matches("[hx-trigger^=every]");

// Toasts. One that offers to undo stays longer; none leaves while it is pointed at or focused.
const READ_FOR = { success: 5000, danger: 9000, undo: 30000 };
function showToast(element, delay) {
  element.addEventListener("hidden.bs.toast", () => element.remove());
  new bootstrap.Toast(element, { delay }).show();
}
const isShown = (text) => [...document.querySelectorAll("#toasts .app-toast-danger")]
  .some((shown) => shown.querySelector(".toast-body").textContent === text);
function toast(text, level = "success", undo = "") {
  if (level === "danger" && isShown(text)) return;  // what polls fails again and again
  const element = byId("toast-template").content.firstElementChild.cloneNode(true);
  const form = element.querySelector("form");
  element.classList.add(`app-toast-${level}`);
  element.querySelector(".toast-body").textContent = text;
  if (undo) {
    form.action = undo;
    form.setAttribute("hx-post", undo);
  } else form.remove();
  byId("toasts").append(element);
  htmx.process(element);
  showToast(element, READ_FOR[undo ? "undo" : level]);
}
on("toast", (event) => toast(event.detail.text, event.detail.level, event.detail.undo));
on("htmx:afterRequest", (event) => {
  if (!event.detail.elt.matches("[data-undo]")) return;
  event.detail.elt.closest(".toast").remove();
  byId("main").focus({ preventScroll: true });
});
document.querySelectorAll("#toasts .toast").forEach((element) => {
  showToast(element, READ_FOR[element.querySelector("[data-undo]") ? "undo" : "danger"]);
});

// Focus. When what had it is replaced, its place is remembered: by id, or as a row of a list.
let lost = null;
function placeOf(element) {
  const row = element.closest("tbody > tr");
  return {
    id: element.id,
    region: element.closest("[data-region]")?.id,
    row: row ? [...row.parentElement.children].indexOf(row) : -1,
  };
}
function focusPlace({ id, region, row }) {
  const list = byId(region);
  const rows = list?.querySelectorAll("tbody > tr") || [];
  const near = row < 0 ? null : rows[Math.min(row, rows.length - 1)];
  const found = byId(id) || near?.querySelector(".app-row-actions :is(a, button)")
    || near?.querySelector("a, button") || list;
  if (found === list) list?.setAttribute("tabindex", "-1");
  found?.focus({ preventScroll: true });
}
function focusFirst(root) {
  const field = root.querySelector(".is-invalid, [aria-invalid=true]")
    || root.querySelector("[autofocus], input:not([type=hidden]), textarea, select")
    || root.querySelector(".modal-footer .btn");
  field?.focus();
}
on("htmx:beforeSwap", (event) => {
  const active = document.activeElement;
  if (event.detail.target.contains(active) && !modalElement.contains(active)) lost = placeOf(active);
});
// What was unfolded in a part of the page that refreshes itself stays unfolded.
let unfolded = [];
on("htmx:beforeSwap", (event) => {
  unfolded = [...event.detail.target.querySelectorAll("details[open][id]")].map(({ id }) => id);
});
on("htmx:afterSwap", () => {
  unfolded.forEach((id) => byId(id)?.setAttribute("open", ""));
  unfolded = [];
});
on("htmx:afterSettle", () => {
  if (lost && document.activeElement === document.body) focusPlace(lost);
  lost = null;
});

// The modal: shown once its content is there, emptied when it is gone.
// Bootstrap ignores hide() and show() while the modal fades, so they wait for the end of the fade.
let asker = null;  // what asked for the content that is on its way
let opener = null;  // what the open modal was asked for by
let fading = "";
let afterFade = null;
function askedBy(element) {
  asker = { element, place: placeOf(element) };
}
function openModal() {
  if (fading === "out") afterFade = openModal;
  else if (modalElement.classList.contains("show")) focusFirst(modalElement);
  else {
    opener = asker;
    asker = null;
    modal.show();
  }
}
function closeModal() {
  if (fading === "in") afterFade = closeModal;
  else modal.hide();
}
function faded() {
  const next = afterFade;
  fading = "";
  afterFade = null;
  next?.();
  return Boolean(next);
}
modalElement.addEventListener("show.bs.modal", () => { fading = "in"; });
// A field that was gone to meanwhile keeps the focus.
let early = null;
modalContent.addEventListener("focusin", ({ target }) => { if (fading === "in") early = target; });
modalElement.addEventListener("hide.bs.modal", () => { fading = "out"; });
modalElement.addEventListener("shown.bs.modal", () => {
  const field = early?.isConnected ? early : null;
  early = null;
  if (faded()) return;
  if (field) field.focus();
  else focusFirst(modalElement);
});
modalElement.addEventListener("hidden.bs.modal", () => {
  if (faded() || asker) return;
  modalContent.replaceChildren();
  if (opener?.element.isConnected) opener.element.focus();
  else if (opener) focusPlace(opener.place);
  opener = null;
});
on("htmx:beforeRequest", (event) => {
  const element = event.detail.elt;
  if (event.detail.target === modalContent && !modalElement.contains(element)) askedBy(element);
});
on("htmx:afterSettle", (event) => {
  if (event.detail.target === modalContent && modalContent.childElementCount) openModal();
});
on("modal:close", closeModal);
on("htmx:afterRequest", (event) => {
  const { elt, successful } = event.detail;
  if (!successful) asker = null;
  else if (elt.matches("[data-close-modal]")) closeModal();
});
// Back twice in a hurry: the page that was only passed must not come last and stay.
let restoring = null;
on("htmx:historyCacheMiss", ({ detail }) => {
  restoring?.abort();
  restoring = detail.xhr;
});
on("htmx:historyRestore", () => {
  document.body.classList.remove("modal-open");
  document.body.removeAttribute("style");
  document.querySelectorAll(".modal-backdrop").forEach((backdrop) => backdrop.remove());
});

// A login in another tab changes the token: take it from the cookie at the last moment.
on("htmx:configRequest", (event) => {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  if (!cookie || event.detail.verb === "get") return;
  const token = cookie.split("=")[1];
  event.detail.headers["X-CSRFToken"] = token;
  event.detail.parameters["csrfmiddlewaretoken"] = token;
});

// A refusal that brings the part of the page as it is now is shown in its place.
on("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 409 && detail.xhr.response) detail.shouldSwap = true;
});

// Failures are never silent; a refusal brings its own words in a `toast` event.
function standStill(element) {  // what is gone is not asked for again
  const still = element.cloneNode(true);
  still.removeAttribute("hx-trigger");
  element.replaceWith(still);
  htmx.process(still);
}
on("htmx:responseError", (event) => {
  const { xhr, elt } = event.detail;
  if (isPoll(elt) && [404, 410].includes(xhr.status)) standStill(elt);
  if ((xhr.getResponseHeader("HX-Trigger") || "").includes("toast")) return;
  const text = { 403: words.refused, 404: words.gone, 410: words.gone }[xhr.status];
  toast(text || words.broken, "danger");
});
on("htmx:sendError", (event) => {
  if (!isPoll(event.detail.elt)) toast(words.lost, "danger");
});

// Waiting: nothing for 100 ms, then a thin bar, after a second a word; a sent form's buttons rest.
let waiting = 0;
let clocks = [];
function showWaiting() {
  clocks.forEach(clearTimeout);
  byId("app-loading").classList.remove("app-on");
  byId("app-loading-word").textContent = "";
  clocks = waiting ? [
    setTimeout(() => byId("app-loading").classList.add("app-on"), 100),
    setTimeout(() => { byId("app-loading-word").textContent = words.loading; }, 1000),
  ] : [];
}
function wait({ elt, target }, begins) {
  if (isPoll(elt)) return;
  waiting = Math.max(0, waiting + (begins ? 1 : -1));
  if (waiting === (begins ? 1 : 0)) showWaiting();
  if (begins) target?.setAttribute("aria-busy", "true");
  else target?.removeAttribute("aria-busy");
  if (!elt.matches("form[method=post]")) return;
  const active = document.activeElement;  // a button that is disabled loses the focus
  if (begins && elt.contains(active) && !modalElement.contains(elt)) lost = placeOf(active);
  elt.querySelectorAll("button:not([type=button])").forEach((button) => { button.disabled = begins; });
  if (!begins && lost && active === document.body && elt.isConnected) focusPlace(lost);
}
on("htmx:beforeRequest", (event) => wait(event.detail, true));
on("htmx:afterRequest", (event) => wait(event.detail, false));

// Keys: also where they stand on a Russian keyboard; never while typing; they can be switched off.
const RUSSIAN = { т: "n", ".": "/", ",": "?" };
const keysOn = () => localStorage.getItem("keys") !== "off";
function showKeys() {
  askedBy(document.activeElement);
  modalContent.replaceChildren(byId("keys-template").content.cloneNode(true));
  modalContent.querySelector("[data-keys-on]").checked = keysOn();
  openModal();
}
const KEYS = {
  "/": () => document.querySelector("main input[type=search]")?.select(),
  n: () => document.querySelector("main [data-new]")?.click(),
  "?": showKeys,
};
function escape(target) {
  target.closest("[data-inline]")?.querySelector("[data-cancel]")?.click();
  const menu = target.closest("details[open].app-menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}
on("keydown", (event) => {
  const { key, target } = event;
  if (key === "Escape") escape(target);
  if (key === "Enter" && target.matches("[data-find]")) {
    event.preventDefault();
    target.form.querySelector("[name=_find]").click();
  }
  const typing = target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
  if (modalElement.classList.contains("show")) return;
  const name = (["Slash", "KeyN"].includes(event.code) && RUSSIAN[key]) || key;
  if (!Object.hasOwn(KEYS, name)) return;
  event.preventDefault();
  KEYS[name]();
});
on("click", (event) => {
  if (event.target.closest("[data-keys]")) showKeys();
});

// A list may have been searched since its page came: language and theme lead back to what is seen.
on("submit", ({ target }) => {
  if (target.closest(".app-look")) target.elements.next.value = location.pathname + location.search;
});

// Choosing recipients: what is ticked among the found moves to the chosen, and is counted.
on("change", ({ target }) => {
  if (target.matches("[data-keys-on]")) localStorage.setItem("keys", target.checked ? "on" : "off");
  const picker = target.closest("[data-picker]");
  if (!picker || target.name !== "recipients") return;
  const item = target.closest("li");
  const picked = picker.querySelector("[data-picked]");
  if (target.matches("[data-candidate]")) {
    const same = picked.querySelector(`[value="${target.value}"]`);
    target.removeAttribute("data-candidate");
    if (same) { same.checked = true; item.remove(); } else picked.append(item);
  }
  const count = picker.querySelector("[data-count]");
  const many = picker.querySelector("[data-many]")?.checked ? Number(count.dataset.rest) : 0;
  count.textContent = picked.querySelectorAll(":checked").length + many;
});
