// Choosing recipients: what is ticked among the found moves to the chosen, and is counted.
import { on } from "./page.js";

function choose(candidate, picked) {
  const item = candidate.closest("li");
  const same = picked.querySelector(`[value="${candidate.value}"]`);
  candidate.removeAttribute("data-candidate");
  if (same) {
    same.checked = true;
    item.remove();
  } else {
    picked.append(item);
  }
}

on("change", ({ target }) => {
  const picker = target.closest("[data-picker]");
  if (!picker || target.name !== "recipients") return;
  const picked = picker.querySelector("[data-picked]");
  if (target.matches("[data-candidate]")) choose(target, picked);
  const count = picker.querySelector("[data-count]");
  const many = picker.querySelector("[data-many]")?.checked ? Number(count.dataset.rest) : 0;
  count.textContent = picked.querySelectorAll(":checked").length + many;
});
