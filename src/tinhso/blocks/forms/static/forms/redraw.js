// When htmx redraws a part of a form, what was typed while the answer was on its way is put back, and a file chosen meanwhile stays.

const REGION = ".tsf-form";
let before = new Map();

const controls = (root) => root.querySelectorAll("input[id], select[id], textarea[id]");
const state = (control) => (["radio", "checkbox"].includes(control.type) ? control.checked : control.value);

document.addEventListener("htmx:beforeRequest", (event) => {
  const region = event.target.closest?.(REGION);
  if (region) before = new Map([...controls(region)].map((control) => [control.id, state(control)]));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  if (!region.matches?.(REGION)) return;
  const changed = [...controls(region)].filter((control) => before.has(control.id) && before.get(control.id) !== state(control));
  before = new Map();
  if (!changed.length) return;
  document.addEventListener("htmx:afterSwap", () => changed.forEach(putBack), { once: true });
});

function putBack(old) {
  const control = document.getElementById(old.id);
  if (!control || control.name !== old.name) return;
  if (old.type === "file") control.files = old.files;
  else if (["radio", "checkbox"].includes(old.type)) control.checked = old.checked;
  else control.value = old.value;
}

// The session has ended: nobody is led away from what they typed; saving the draft will say so, with the way back in.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const draft = event.target.closest?.("form")?.querySelector("ts-autosave");
  if (!draft || !event.detail.xhr.getResponseHeader("HX-Redirect")?.startsWith("/dang-nhap/")) return;
  event.preventDefault();
  draft.save();
});
