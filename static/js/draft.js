// What is typed on a page of writing is kept as a draft each few seconds: by the service, and where
// that is not reached, in this browser, from where its owner alone is offered it later.
import { byId, on } from "./page.js";

const EVERY = 3000;
const AGAIN = 10000;  // after what failed
const KEEP = 30 * 24 * 3600 * 1000;
const PREFIX = "draft:";
const OURS = ["csrfmiddlewaretoken", "_draft", "_draft_at"];

const form = document.querySelector("form[data-draft]");
const status = document.querySelector("[data-draft-status]");
const here = form && `${PREFIX}${form.dataset.user}:${form.dataset.draft}:`;
let key = form?.elements._draft.value || newKey();
let at = form?.elements._draft_at.value || "";  // when the service kept it last
let timer = 0;
let sending = false;
let changes = 0;  // how often something was typed, and how much of that is kept
let kept = 0;
let leaving = false;
let loggingOut = false;

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(12))]
    .map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : "";
}

const clock = (time) => new Date(time).toLocaleTimeString(
  "ru", { hour: "2-digit", minute: "2-digit", timeZone: form.dataset.zone });

function typed() {
  const fields = [...new FormData(form)];
  return fields.filter(([name, value]) => !OURS.includes(name) && typeof value === "string");
}

// Returns the service's answer {text, at}, or the name of what went wrong.
async function send(fields, ofKey, ofAt) {
  const body = new URLSearchParams(fields);
  body.append("_place", form.dataset.draft);
  body.append("_user", form.dataset.user);
  body.append("_draft", ofKey);
  body.append("_draft_at", ofAt);
  const headers = { "X-CSRFToken": cookie("csrftoken") };
  try {
    const answer = await fetch(
      form.dataset.draftUrl, { method: "POST", body, headers, redirect: "manual" });
    if (answer.ok) return await answer.json();
    if (answer.status === 409) return "other window";
    return answer.type === "opaqueredirect" || answer.status === 403 ? "logged out" : "lost";
  } catch {
    return "lost";
  }
}

function keepHere() {
  const draft = JSON.stringify({ time: Date.now(), fields: typed() });
  try {
    localStorage.setItem(here + key, draft);
    return true;
  } catch {
    return false;
  }
}

function tell(words) {
  status.textContent = words.replace("TIME", clock(Date.now()));
}

function keptHere(why, upTo) {
  if (!keepHere()) return tell(form.dataset.notKept);
  kept = upTo;
  tell(why === "lost" ? form.dataset.keptHere : form.dataset.loggedOut);
}

async function keep() {
  clearTimeout(timer);
  sending = true;
  await keepOnce();
  sending = false;
}

async function keepOnce() {
  const upTo = changes;
  let answer = await send(typed(), key, at);
  if (leaving) {
    timer = 0;
    return;
  }
  if (answer === "other window") {
    key = newKey();
    answer = await send(typed(), key, "");
  }
  timer = 0;
  if (leaving) return;
  if (answer.text) {
    at = answer.at;
    kept = upTo;
    localStorage.removeItem(here + key);
    tell(answer.text);
    if (changes > kept) plan(EVERY);
  } else {
    keptHere(answer, upTo);
    plan(AGAIN);
  }
}

function plan(wait) {
  timer ||= setTimeout(keep, wait);
}

function changed() {
  changes += 1;
  plan(EVERY);
}

// Brings a draft of this browser back into the form, by way of the service.
async function restore(name, fields, ofKey, ofAt) {
  let found = ofKey;
  let answer = await send(fields, ofKey, ofAt);
  if (answer === "other window") {
    found = newKey();
    answer = await send(fields, found, "");
  }
  if (!answer.text) return tell(form.dataset.notKept);
  localStorage.removeItem(name);
  leaving = true;
  location.assign(`${location.pathname}?draft=${found}`);
}

// What this browser alone has, or has newer than the service, is offered.
function offer(name) {
  const { time, fields } = JSON.parse(localStorage.getItem(name));
  const ofKey = name.slice(here.length);
  const offered = document.querySelector(`[data-draft-key="${ofKey}"]`);
  const ofAt = offered?.dataset.draftAt || "";
  if (ofKey === key || Date.now() - time > KEEP || Date.parse(ofAt) > time) {
    localStorage.removeItem(name);
    return;
  }
  offered?.remove();
  const box = byId("draft-template").content.firstElementChild.cloneNode(true);
  const words = box.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("TIME", clock(time));
  box.querySelector("[data-restore]").addEventListener(
    "click", () => restore(name, fields, ofKey, ofAt));
  box.querySelector("[data-drop]").addEventListener("click", () => {
    localStorage.removeItem(name);
    box.remove();
  });
  byId("drafts").append(box);
}

function drafts(start) {
  return Object.keys(localStorage).filter((name) => name.startsWith(start));
}

// What was saved is no draft any more.
function forgetSaved() {
  const saved = cookie("saved_draft");
  if (!saved) return;
  drafts(PREFIX).filter((name) => name.endsWith(`:${saved}`))
    .forEach((name) => localStorage.removeItem(name));
  document.cookie = "saved_draft=; max-age=0; path=/; samesite=lax";
}

function forgetAll() {
  drafts(PREFIX).forEach((name) => localStorage.removeItem(name));
}

// Nobody who uses this browser later is to read what was written before the log-out.
on("submit", ({ target }) => {
  if (!target.action.endsWith("/logout/")) return;
  forgetAll();
  loggingOut = true;
});

forgetSaved();

if (form) {
  drafts(here).forEach(offer);
  if (form.querySelector(".is-invalid, [role=alert]")) changed();
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  addEventListener("online", () => {
    if (timer && !sending) keep();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) leaving = false;  // back from where the form led
  });
  form.addEventListener("submit", () => {
    if (!changes) return;
    leaving = true;
    clearTimeout(timer);
    form.elements._draft.value = key;
    form.elements._draft_at.value = at;
    keepHere();  // until the service has it: the session may be over
  });
  addEventListener("beforeunload", (event) => {
    if (changes > kept && !leaving) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    if (changes > kept && !leaving && !loggingOut) keepHere();
  });
}
