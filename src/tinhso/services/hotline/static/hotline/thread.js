// A conversation, on either side: what is written appears by itself, who types is told of, a lost connection is said. The page works without.
const form = document.querySelector("[data-said]");
const field = form?.querySelector("textarea");
const lost = document.querySelector("[data-lost]");
const TYPING = 5000;
const AGAIN = 1500;
let photos = new Map();
let typed = 0;
let sent = 0;
let below = true;

const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const thread = () => document.querySelector("[data-thread]");

field?.addEventListener("input", () => (typed = Date.now()));
field?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !enters()) return;
  event.preventDefault();
  form.requestSubmit();
});

// Enter sends where both look on; never on a screen keyboard, where it is the only way to a new line
function enters() {
  return field.hasAttribute("data-enter") && matchMedia("(hover: hover)").matches;
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target === thread() && Date.now() - typed < TYPING) event.detail.parameters.go = "1";
});
const empty = () => !field.value.trim() && !form.querySelector("input[type=file]")?.files.length;
// a second press of what has just been sent is no empty message
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target !== form) return;
  if (empty() && Date.now() - sent < AGAIN) event.preventDefault();
  typed = 0;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== thread()) return;
  below = innerHeight + scrollY > document.documentElement.scrollHeight - 160;
  photos = new Map([...thread().querySelectorAll("img[id]")].map((photo) => [photo.id, photo]));
});
// photos that stood there are not fetched again
document.addEventListener("htmx:afterSwap", () => {
  for (const photo of thread()?.querySelectorAll("img[id]") ?? []) if (photos.has(photo.id)) photo.replaceWith(photos.get(photo.id));
  photos.clear();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, xhr } = event.detail;
  if (elt !== form && !elt.matches?.("[data-thread]")) return;
  if (lost) lost.hidden = xhr.status !== 0 && xhr.status < 500;
  if (elt === form && successful) {
    field.value = "";
    sent = Date.now();
    form.elements.key.value = fresh();
    field.focus();
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target === thread() && below) thread().querySelector(".said > li:last-child")?.scrollIntoView({ block: "nearest" });
  showInsert(event.target);
});

// a file taken out of the ticket stays out when the list comes anew
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  for (const box of document.querySelectorAll("#ticket-files input:not(:checked)")) {
    const anew = detail.fragment.querySelector(`#${box.id}`);
    if (anew) anew.checked = false;
  }
});

// an article beside the conversation goes into the answer
function showInsert(place) {
  const button = place.querySelector?.("[data-insert]");
  if (button && document.querySelector("[data-answer]")) button.hidden = false;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const answer = document.querySelector("[data-answer]");
  if (!button || !answer) return;
  const text = button.closest("article").querySelector("[data-article]").innerText.trim();
  answer.setRangeText(answer.value && !answer.value.endsWith("\n") ? `\n${text}` : text, answer.selectionStart, answer.selectionEnd, "end");
  answer.dispatchEvent(new Event("input", { bubbles: true }));
  answer.focus();
});

if (form && !form.elements.key.value) form.elements.key.value = fresh();
