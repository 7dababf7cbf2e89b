// Choosing recipients: what is ticked among the found moves to the chosen, and is counted.
import { on } from "./page.js";

const NAMES = ["recipients", "kept", "stays", "texts"];
const MANY = 10000;  // more are counted by the service alone

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

// Who is in the mailing already counts while they stay.
function chosen(picker) {
  const kept = picker.querySelector("[name=stays]")?.checked ? "" : ":not([name=kept])";
  return [...picker.querySelectorAll(`:checked:not([data-candidate]):not([name=everyone])${kept}`)];
}

on("change", ({ target }) => {
  const picker = target.closest("[data-picker]");
  if (!picker || !NAMES.includes(target.name)) return;
  if (target.matches("[data-candidate]")) choose(target, picker);
  const count = picker.querySelector("[data-count]");
  const number = chosen(picker).reduce((sum, one) => sum + Number(one.dataset.number || 1), 0);
  if (number > MANY && count.dataset.over) return;
  count.textContent = number.toLocaleString(document.documentElement.lang);
});
