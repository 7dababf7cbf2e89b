// Choosing recipients: what is ticked among the found moves to the chosen, and is counted.
import { on } from "./page.js";

const NAMES = ["recipients", "kept", "stays", "texts"];

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
  const ticked = chosen(picker);
  const number = ticked.reduce((sum, one) => sum + Number(one.dataset.number || 1), 0);
  const over = ticked.some((one) => one.matches("[data-over]"));  // the service counts no further
  count.textContent = over
    ? count.dataset.over : number.toLocaleString(document.documentElement.lang);
});
