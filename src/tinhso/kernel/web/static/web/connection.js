// A lost connection is said once, calmly, and taken back when it returns. Words come from <body data-offline …>.
import { toast } from "./toasts.js";

let note = null;

function lost() {
  note ??= toast(document.body.dataset.offline, "warning");
}

window.addEventListener("offline", lost);
window.addEventListener("online", () => {
  note?.remove();
  note = null;
});
document.addEventListener("htmx:sendError", () => {
  lost();
  setTimeout(() => (note = null), 6000);
});
if ("serviceWorker" in navigator && window.isSecureContext) navigator.serviceWorker.register("/sw.js");
