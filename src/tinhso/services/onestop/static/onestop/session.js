// A session that has ended costs nobody what they typed: before a form is sent, the page asks whether it is still signed in. If not,
// it stays as it is; one signs in again in another tab and presses the button once more.

const page = document.querySelector("[data-session]");
const WATCHED = "form.counter, .case-task form, .case-acts form, .case-side form, #detail form";

if (page) {
  document.addEventListener("submit", ask, true);
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Redirect")?.startsWith("/dang-nhap/")) return;
    event.preventDefault();
    say();
  });
}

async function ask(event) {
  const form = event.target;
  if (!form.matches(WATCHED) || form.hasAttribute("data-asked") || !navigator.onLine) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  const answer = await fetch(page.dataset.session, { method: "HEAD", redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") return say();
  page.hidden = true;
  freshToken(form);
  form.setAttribute("data-asked", "");
  form.requestSubmit(submitter);
  form.removeAttribute("data-asked");
}

function say() {
  page.hidden = false;
  page.focus();
}

// Signing in again gives a new token.
function freshToken(form) {
  const token = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="))?.slice("csrftoken=".length);
  if (token && form.elements.csrfmiddlewaretoken) form.elements.csrfmiddlewaretoken.value = token;
}
