// Redraws (`hx-ext="redraw" hx-swap="redraw"`): the server draws a region anew from what was sent; here the new drawing takes the
// place of the old one question by question, so that nobody loses a word, the cursor or a chosen file.
//
// `data-key` names what is the same before and after (an id does, too); `data-question` marks one question. A question stays as it
// is when it was touched after the request had left, has the focus, or has something unfolded; the next request carries what is in
// it. Files are not sent with redraws: they stay in their boxes until the form is sent.

const REGION = "[hx-swap='redraw']";
const QUESTION = "[data-question]";
const touched = new WeakSet();

for (const happening of ["input", "change"]) {
  document.addEventListener(happening, ({ target }) => {
    const question = target.closest?.(QUESTION);
    if (!question) return;
    touched.add(question);
    if (target.files?.length) unmark(question); // the server hears of the file only when the form is sent
  }, true); // before htmx hears of it and takes the values
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.target.matches?.(REGION)) return;
  detail.target.querySelectorAll(QUESTION).forEach((question) => touched.delete(question));
  for (const [name, value] of [...detail.formData]) if (value instanceof File) detail.formData.delete(name);
});

// A button adds or removes entries, which are numbered: nothing is typed into them meanwhile.
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, target } }) => {
  if (elt.matches("button") && target.matches?.(REGION)) target.inert = true;
});
document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
  const region = elt.closest(REGION);
  if (!region?.inert) return;
  region.inert = false; // it could not be drawn anew
  elt.focus();
});

document.addEventListener("DOMContentLoaded", () => window.htmx?.defineExtension("redraw", { // once htmx, a script after this one, is there
  isInlineSwap: (style) => style === "redraw",
  handleSwap(style, region, fragment, settling) {
    if (style !== "redraw") return false;
    const fresh = fragment.querySelector(`#${CSS.escape(region.id)}`);
    if (!fresh) return []; // an error page: what was typed stays
    region.inert = false;
    settling.elts.push(region);
    return merge(region, fresh);
  },
}));

const keyOf = (element) => element.dataset?.key || element.id || (element.tagName === "BUTTON" && `${element.name}=${element.value}`);
const stays = (question) => touched.has(question) || question.contains(document.activeElement) || question.querySelector("details[open]");

// Make `old` like `fresh`, keeping in place what is the same; returns the new elements, which htmx has to look at.
function merge(old, fresh) {
  const added = [];
  const twins = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let place = old.firstChild;
  const drop = (node) => {
    const after = node.nextSibling;
    if (node.nodeType === Node.ELEMENT_NODE) twins.delete(keyOf(node));
    node.remove();
    return after;
  };
  for (const node of [...fresh.childNodes]) {
    const twin = node.nodeType === Node.ELEMENT_NODE && twins.get(keyOf(node));
    if (!twin) {
      old.insertBefore(node, place);
      if (node.nodeType === Node.ELEMENT_NODE) added.push(node);
      continue;
    }
    while (place !== twin) place = drop(place);
    place = twin.nextSibling;
    twins.delete(keyOf(node));
    if (!node.matches(QUESTION)) {
      copyAttributes(twin, node);
      added.push(...merge(twin, node), ...(twin.autofocus ? [twin] : []));
    } else if (!stays(twin)) {
      const chosen = carryFiles(twin, node);
      copyAttributes(twin, node);
      twin.replaceChildren(...node.childNodes); // itself it stays: its next request may be waiting already
      if (chosen) unmark(twin);
      added.push(...twin.children);
    } else if (!touched.has(twin) && !node.querySelector(".field-error")) unmark(twin);
  }
  while (place) place = drop(place);
  return added;
}

function copyAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
}

function carryFiles(old, fresh) {
  const boxes = [...old.querySelectorAll("input[type=file]")].filter((box) => box.files.length);
  for (const box of boxes) fresh.querySelector(`#${CSS.escape(box.id)}`)?.replaceWith(box);
  return boxes.length > 0;
}

// What was wrong with the question has been mended.
function unmark(question) {
  question.querySelectorAll(".field-error").forEach((note) => note.remove());
  question.querySelectorAll(".is-invalid").forEach((control) => control.classList.remove("is-invalid"));
  question.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
  for (const control of question.querySelectorAll("[aria-describedby]")) {
    const left = control.getAttribute("aria-describedby").split(" ").filter((id) => document.getElementById(id));
    if (left.length) control.setAttribute("aria-describedby", left.join(" "));
    else control.removeAttribute("aria-describedby");
  }
}

// The session has ended: nobody is led away from what they typed; saving the draft will say so, with the way back in.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const draft = event.target.closest?.("form")?.querySelector("ts-autosave");
  if (!draft || !event.detail.xhr.getResponseHeader("HX-Redirect")?.startsWith("/dang-nhap/")) return;
  event.preventDefault();
  draft.save();
});
