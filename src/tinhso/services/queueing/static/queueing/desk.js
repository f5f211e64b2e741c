// The counter by keyboard: each button says its key. While a menu of a waiting ticket is open the list is left as it is.
const typing = (element) => element.closest("input, textarea, select, [contenteditable], dialog[open]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "queue" && event.target.querySelector("details[open]")) event.preventDefault();
});
