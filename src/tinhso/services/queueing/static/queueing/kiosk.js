// The kiosk: what a scanner types goes into the field for codes; a page somebody has walked away from starts afresh.
const field = document.querySelector("[data-scan]");
const FRESH = 45_000;
const IDLE = 240_000;

let timer;
function wait() {
  clearTimeout(timer);
  const touched = document.querySelector("[name=priority]:checked")?.value || field?.value;
  timer = setTimeout(() => location.assign(location.pathname), touched ? FRESH : IDLE);
}

document.addEventListener("keydown", (event) => {
  if (field && event.key.length === 1 && !event.target.closest("input")) field.focus();
});
for (const kind of ["pointerdown", "keydown", "change"]) document.addEventListener(kind, wait);
wait();
