// The slip prints once by itself; then the kiosk is ready for the next person.
const slip = document.querySelector("[data-slip]");
const home = document.querySelector("[data-home]").href;
const printed = `slip:${slip.dataset.slip}`;

if (!sessionStorage.getItem(printed)) {
  sessionStorage.setItem(printed, "1");
  if (typeof window.print === "function") window.print();
}
setTimeout(() => location.replace(home), 12_000);
