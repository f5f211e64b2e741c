// A form is sent once: after the first submit its buttons are busy until the answer comes or the person comes back to the page.
// The action on the server is safe against a second submit anyway; this spares people the wondering.

const SENT = "data-sent";

/** The form may be sent again. */
export function release(form) {
  form.removeAttribute(SENT);
  for (const button of form.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
    if (button.dataset.rest) button.textContent = button.dataset.rest;
  }
}

// `data-busy` says what is being done meanwhile: "Đang tiếp nhận…"
function busy(button) {
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) {
    button.dataset.rest = button.textContent;
    button.textContent = button.dataset.busy;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target === "_blank" || form.hasAttribute("data-repeatable")) return;
  if (!navigator.onLine) {
    // the page stays, with everything in it
    event.preventDefault();
    window.dispatchEvent(new Event("offline"));
    return;
  }
  if (form.hasAttribute(SENT)) {
    event.preventDefault();
    return;
  }
  form.setAttribute(SENT, "");
  // not `disabled`: a disabled button would lose its name and value, and its focus
  busy(event.submitter);
});

// a page restored by the Back button comes as it was left, sent and busy
window.addEventListener("pageshow", () => document.querySelectorAll(`form[${SENT}]`).forEach(release));

// htmx sends without leaving the page; a part of the form that is only being redrawn keeps nobody from sending the form
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target;
  if (form.matches("form") && form.method === "post") {
    form.setAttribute(SENT, "");
    busy(event.detail.requestConfig.triggeringEvent?.submitter);
  }
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches?.("form")) release(event.target);
});
