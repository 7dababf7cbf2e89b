// What a person changes before the page's scripts are there would be lost on them, so it is told
// once more when they are. Not a module: those run only when the whole page is read.
(() => {
  const missed = new Map();
  const remember = ({ type, target }) => missed.set(target, [...missed.get(target) || [], type]);

  function tellAgain() {
    document.removeEventListener("input", remember, true);
    document.removeEventListener("change", remember, true);
    missed.forEach((types, field) => new Set(types).forEach(
      (type) => field.dispatchEvent(new Event(type, { bubbles: true }))));
  }

  document.addEventListener("input", remember, true);
  document.addEventListener("change", remember, true);
  // After htmx, which waits for the same event.
  document.addEventListener("DOMContentLoaded", () => setTimeout(tellAgain));
})();
