// Choosing recipients: what is ticked among the found moves to the chosen, and is counted.
import { on } from "./page.js";

const NAMES = ["recipients", "kept", "found_kept", "stays", "texts"];

function choose(candidate, picker) {
  const picked = picker.querySelector("[data-picked]");
  const stays = picker.querySelector("[name=stays]")?.checked;
  const same = picked.querySelector(
    `[value="${candidate.value}"]${stays ? "" : ":not([name=kept])"}`);
  const item = candidate.closest("li");
  candidate.removeAttribute("data-candidate");
  if (same) {
    same.checked = true;
    item.remove();
  } else {
    picked.prepend(item);
  }
}

// Who was found and is in the mailing already is among the chosen, or comes there to be unticked.
function keep(candidate, picker) {
  const picked = picker.querySelector("[data-picked]");
  const same = picked.querySelector(`[name=kept][value="${candidate.value}"]`);
  if (same) {
    same.checked = candidate.checked;
    return;
  }
  const item = candidate.closest("li");
  const stays = picker.querySelector("[name=stays]");
  stays.dataset.number -= 1;  // they are counted by their name now
  candidate.removeAttribute("data-candidate");
  candidate.name = "kept";
  item.querySelector("[name=found_in]").name = "shown";
  picked.prepend(item);
}

function showInFound(kept, picker) {
  const same = picker.querySelector(`[name=found_kept][value="${kept.value}"]`);
  if (same) same.checked = kept.checked;
}

// Who is in the mailing already counts while they stay.
function chosen(picker) {
  const kept = picker.querySelector("[name=stays]")?.checked ? "" : ":not([name=kept])";
  return [...picker.querySelectorAll(`:checked:not([data-candidate])${kept}`)];
}

on("change", ({ target }) => {
  const picker = target.closest("[data-picker]");
  if (!picker || !NAMES.includes(target.name)) return;
  if (target.name === "found_kept") keep(target, picker);
  else if (target.matches("[data-candidate]")) choose(target, picker);
  else if (target.name === "kept") showInFound(target, picker);
  const count = picker.querySelector("[data-count]");
  const ticked = chosen(picker);
  const number = ticked.reduce((sum, one) => sum + Number(one.dataset.number || 1), 0);
  const over = ticked.some((one) => one.matches("[data-over]"));  // the service counts no further
  count.textContent = over
    ? count.dataset.over : number.toLocaleString(document.documentElement.lang);
});
