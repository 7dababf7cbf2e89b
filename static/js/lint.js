// A remark's line leads to that line of the letter's source, where the editor is on the page.
import { byId, on } from "./page.js";

const LINES_BEFORE = 3;

const toLine = (number) => {
  const source = byId("id_source");
  if (!source || !number) return false;
  const lines = source.value.split("\n");
  const start = lines.slice(0, number - 1).reduce((at, line) => at + line.length + 1, 0);
  const end = start + (lines[number - 1] ?? "").length;
  source.focus();
  source.setSelectionRange(start, end);
  const height = parseFloat(getComputedStyle(source).lineHeight) || 20;
  source.scrollTop = Math.max(0, number - 1 - LINES_BEFORE) * height;
  return true;
};

on("click", (event) => {
  const link = event.target.closest("[data-line]");
  if (link && toLine(Number(link.dataset.line))) event.preventDefault();
});

toLine(Number(location.hash.match(/^#line-(\d+)$/)?.[1]));
