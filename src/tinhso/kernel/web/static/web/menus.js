// Menus, confirmations and the drawer are <details> or a #target: they open without script. This closes them as people expect.

const OPEN = "details[data-menu][open], details.confirm[open]";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(OPEN)) if (!menu.contains(event.target)) menu.open = false;
  const cancel = event.target.closest("[data-cancel]");
  if (cancel) close(cancel.closest("details"));
  const drawer = document.querySelector(".workspace-menu:target");
  if (drawer && !drawer.contains(event.target)) location.hash = "main";
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(OPEN)) close(menu);
  if (document.querySelector(".workspace-menu:target")) location.hash = "main";
});

// a confirmation that opens moves the focus into itself, so that a screen reader reads the question
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.confirm[open]")) event.target.querySelector(".confirm-panel").focus();
}, true);

function close(details) {
  details.open = false;
  details.querySelector("summary").focus();
}
