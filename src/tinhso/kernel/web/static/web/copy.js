// "Sao chép" beside codes. The button is shown only where copying works.

if (navigator.clipboard) {
  const show = (root) => root.querySelectorAll("button[data-copy][hidden]").forEach((button) => (button.hidden = false));
  show(document);
  document.addEventListener("htmx:load", (event) => show(event.target));
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = words), 2000);
  });
}

// "In trang này"
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
