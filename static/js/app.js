"use strict";
// The only script of Vestnik. Pages work without it; with it, forms open in a modal,
// toasts appear, and every failed request ends in a visible word.

const byId = (id) => document.getElementById(id);
const modalElement = byId("modal");
const modal = new bootstrap.Modal(modalElement);
const cookie = (name) => document.cookie.split("; ").find((c) => c.startsWith(`${name}=`))?.split("=")[1];
let opener = null;
let fading = false;

function toast(text, level) {
  const element = byId("toast-template").content.firstElementChild.cloneNode(true);
  element.classList.add(`app-toast-${level || "success"}`);
  element.querySelector(".toast-body").textContent = text;
  byId("toasts").append(element);
  element.addEventListener("hidden.bs.toast", () => element.remove());
  new bootstrap.Toast(element, { delay: level === "danger" ? 9000 : 5000 }).show();
}

function focusFirst(root) {
  const field = root.querySelector(".is-invalid, [aria-invalid=true]")
    || root.querySelector("[autofocus], input:not([type=hidden]), textarea, select");
  field?.focus();
}

// The modal: shown once its content is there, emptied when it is gone.
// Bootstrap ignores hide() while the modal fades in, so that waits for the end of the fade.
modalElement.addEventListener("show.bs.modal", () => { fading = true; });
modalElement.addEventListener("shown.bs.modal", () => { fading = false; focusFirst(modalElement); });
modalElement.addEventListener("hidden.bs.modal", () => {
  byId("modal-content").replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = null;
});
function closeModal() {
  if (fading) modalElement.addEventListener("shown.bs.modal", () => modal.hide(), { once: true });
  else modal.hide();
}
document.addEventListener("htmx:beforeRequest", (event) => {
  const element = event.detail.elt;
  if (event.detail.target?.id === "modal-content" && !modalElement.contains(element)) opener = element;
});
document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.target;
  if (target?.id !== "modal-content" || !target.childElementCount) return;
  if (modalElement.classList.contains("show")) focusFirst(modalElement);
  else modal.show();
});
document.body.addEventListener("modal:close", closeModal);
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.elt.matches("[data-close-modal]")) closeModal();
});
document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));
document.addEventListener("htmx:historyRestore", () => {
  document.body.classList.remove("modal-open");
  document.body.removeAttribute("style");
  document.querySelectorAll(".modal-backdrop").forEach((backdrop) => backdrop.remove());
});

// A login in another tab changes the token: take it from the cookie at the last moment.
document.addEventListener("htmx:configRequest", (event) => {
  const token = cookie("csrftoken");
  if (!token || event.detail.verb === "get") return;
  event.detail.headers["X-CSRFToken"] = token;
  event.detail.parameters["csrfmiddlewaretoken"] = token;
});

// Failures are never silent; a refusal brings its own words in a `toast` event.
document.addEventListener("htmx:responseError", (event) => {
  const xhr = event.detail.xhr;
  if ((xhr.getResponseHeader("HX-Trigger") || "").includes("toast")) return;
  const words = document.body.dataset;
  const text = { 403: words.refused, 404: words.gone, 410: words.gone }[xhr.status] || words.broken;
  toast(text, "danger");
});
document.addEventListener("htmx:sendError", (event) => {
  if (!event.detail.elt.matches("[hx-trigger^=every]")) toast(document.body.dataset.lost, "danger");
});

// A thin bar when an answer takes longer than a blink; buttons that start something rest meanwhile.
let waiting = 0;
const loading = byId("app-loading");
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("[hx-trigger^=every]")) return;
  waiting += 1;
  setTimeout(() => loading.classList.toggle("app-on", waiting > 0), 100);
  if (event.detail.elt.matches("form")) {
    event.detail.elt.querySelectorAll("button:not([type=button])").forEach((b) => { b.disabled = true; });
  }
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches("[hx-trigger^=every]")) return;
  waiting = Math.max(0, waiting - 1);
  loading.classList.toggle("app-on", waiting > 0);
  if (event.detail.elt.matches("form")) {
    event.detail.elt.querySelectorAll("button:not([type=button])").forEach((b) => { b.disabled = false; });
  }
});

// Esc leaves an inline form; the row comes back.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest("[data-inline]")?.querySelector("[data-cancel]")?.click();
});
// Choosing recipients: what is ticked among the found moves to the chosen, and is counted.
document.addEventListener("change", (event) => {
  const picker = event.target.closest("[data-picker]");
  if (!picker || event.target.name !== "recipients") return;
  const item = event.target.closest("li");
  const picked = picker.querySelector("[data-picked]");
  if (event.target.matches("[data-candidate]")) {
    const same = picked.querySelector(`[value="${event.target.value}"]`);
    event.target.removeAttribute("data-candidate");
    if (same) { same.checked = true; item.remove(); } else picked.append(item);
  }
  const count = picker.querySelector("[data-count]");
  const many = picker.querySelector("[data-many]")?.checked ? Number(count.dataset.rest) : 0;
  count.textContent = picked.querySelectorAll(":checked").length + many;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-find]")) return;
  event.preventDefault();
  event.target.form.querySelector("[name=_find]").click();
});
// Fields marked so send their form when they change.
document.addEventListener("change", (event) => {
  event.target.closest("[data-submit-on-change]")?.form?.requestSubmit();
});
document.querySelectorAll("#toasts .toast").forEach((element) => new bootstrap.Toast(element, { delay: 6000 }).show());
