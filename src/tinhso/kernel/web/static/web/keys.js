// The workspace by keyboard: j/k move through rows, n/p turn the pages, o or Enter opens, x chooses, / searches, ? shows this list.
// A row is any element with data-row; what it opens is its first link.

const room = document.querySelector(".room-workspace");
const typing = (element) => element.closest("input, textarea, select, [contenteditable], dialog[open]");

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
}

function link(row) {
  return row.matches("a") ? row : row.querySelector("a[href]");
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
  link(next)?.focus();
  next.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => document.activeElement.closest("[data-row]") && link(document.activeElement.closest("[data-row]"))?.click(),
  n: () => document.querySelector(".pager a[rel=next]")?.click(),
  p: () => document.querySelector(".pager a[rel=prev]")?.click(),
  x: () => document.activeElement.closest("li, tr")?.querySelector("[data-heap-item]")?.click(),
  "/": () => (document.querySelector("[data-search]") ?? document.querySelector("input[type=search]"))?.focus(),
  "?": () => document.getElementById("keys-help")?.showModal(),
};

if (room) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
