// The numbers of a source's lines stand beside it, and go along with it.
const LINE_END = /\n/g;

function number(field) {
  const lines = document.createElement("pre");
  lines.className = "app-lines";
  lines.ariaHidden = "true";
  const both = document.createElement("div");
  both.className = "app-lined";
  field.before(both);
  both.append(lines, field);
  let shown = 0;
  const follow = () => { lines.scrollTop = field.scrollTop; };
  const count = () => {
    const there = (field.value.match(LINE_END) ?? []).length + 1;
    if (there === shown) return;
    shown = there;
    // A few more, so that the last one can be scrolled as far as the source's own.
    lines.textContent = `${Array.from({ length: there }, (_, at) => at + 1).join("\n")}\n\n\n`;
    follow();
  };
  field.addEventListener("input", count);
  field.addEventListener("scroll", follow);
  count();
}

document.querySelectorAll("textarea[data-lines]").forEach(number);
