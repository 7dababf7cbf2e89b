// The modal: shown once its content is there, emptied when it is gone.
// Bootstrap ignores hide() and show() while the modal fades, so they wait for the end of the fade.
import { focusFirst, focusPlace, placeOf } from "./focus.js";
import { byId, modalElement, on, words } from "./page.js";

const modal = new bootstrap.Modal(modalElement);
const modalContent = byId("modal-content");
let asker = null;  // what asked for the content that is on its way
let opener = null;  // what the open modal was asked for by
let fading = "";
let afterFade = null;
let early = null;  // a field that was gone to during the fade keeps the focus

// Takes what is typed from the moment a form is asked for until its first field is there.
const catcher = document.createElement("input");
catcher.className = "visually-hidden";
catcher.setAttribute("aria-label", words.loading);
catcher.autocomplete = "off";

function catchTyping() {
  catcher.value = "";
  document.body.append(catcher);
  catcher.focus({ preventScroll: true });
}

// Gives the first field the focus, and what was typed until now.
function handOver() {
  const isCaught = catcher.isConnected && document.activeElement === catcher;
  if (isCaught) focusFirst(modalElement);
  const field = document.activeElement;
  if (isCaught && catcher.value && field.matches("input[type=text], textarea")) {
    field.setRangeText(catcher.value, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  catcher.remove();
}

// A field can take the focus once it is displayed, which is well before the end of the fade.
function whenDisplayed() {
  if (!catcher.isConnected) return;
  if (modalElement.style.display === "block") handOver();
  else requestAnimationFrame(whenDisplayed);
}

function dropTyping() {
  if (!catcher.isConnected) return;
  if (document.activeElement === catcher) asker?.element.focus();
  catcher.remove();
}

function askedBy(element) {
  asker = { element, place: placeOf(element) };
}

export const isModalOpen = () => modalElement.classList.contains("show");

function openModal() {
  if (fading === "out") {
    afterFade = openModal;
  } else if (isModalOpen()) {
    focusFirst(modalElement);
  } else {
    opener = asker;
    asker = null;
    modal.show();
    whenDisplayed();
  }
}

export function showInModal(content) {
  askedBy(document.activeElement);
  modalContent.replaceChildren(content);
  openModal();
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

// Bootstrap hears neither while the modal fades in, and whoever asked once has asked.
function closeAfterFade() {
  if (fading === "in") closeModal();
}

modalElement.addEventListener("keydown", ({ key }) => { if (key === "Escape") closeAfterFade(); });
modalElement.addEventListener("click", ({ target }) => {
  if (target.closest("[data-bs-dismiss=modal]")) closeAfterFade();
});

modalElement.addEventListener("show.bs.modal", () => { fading = "in"; });
modalElement.addEventListener("hide.bs.modal", () => { fading = "out"; });
modalContent.addEventListener("focusin", ({ target }) => { if (fading === "in") early = target; });

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

on("htmx:beforeRequest", ({ detail }) => {
  if (detail.target !== modalContent || modalElement.contains(detail.elt)) return;
  // A form can not have the focus, its button can.
  askedBy(detail.requestConfig.triggeringEvent?.submitter || detail.elt);
  if (detail.elt.matches("[href$='/create/'], [href$='/edit/'], form")) catchTyping();
});

on("htmx:afterSettle", ({ detail }) => {
  if (detail.target === modalContent && modalContent.childElementCount) openModal();
});

on("modal:close", closeModal);

on("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful && detail.target === modalContent) dropTyping();
  if (!detail.successful) asker = null;
  else if (detail.elt.matches("[data-close-modal]")) closeModal();
});
