// Files sent along with a form (`files/attach.html`): large photos are made small first, what was chosen is shown and can be taken out
// again, how far it is gets shown while they go. Without this it is a plain field.
import { release } from "../web/submit.js";
import { prepared } from "./prepare.js";

const SMALL = 1_500_000; // a photo that goes as it is; the server takes out what the camera wrote
const LONGEST = 2400; // of a photographed paper, so that it can be read
const FIELD = "[data-attach] input[type=file]";
const held = new WeakMap();

const say = (box, text) => (box.querySelector("[data-part=problem]").textContent = text);
const chosenIn = (form) => [...(form.querySelector?.(FIELD)?.files ?? [])];

function keep(input, files) {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  input.files = all.files;
  held.set(input, files);
  show(input.closest("[data-attach]"), input, files);
}

function show(box, input, files) {
  const shelf = box.querySelector("[data-part=shelf]");
  for (const picture of shelf.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
  shelf.replaceChildren(
    ...files.map((file, index) => {
      const row = document.createElement("li");
      if (file.type.startsWith("image/")) row.append(Object.assign(new Image(), { src: URL.createObjectURL(file), alt: "" }));
      const name = document.createElement("span");
      name.textContent = file.name;
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: box.dataset.remove });
      remove.setAttribute("aria-label", `${box.dataset.remove} ${file.name}`);
      remove.addEventListener("click", () => {
        say(box, "");
        keep(input, files.toSpliced(index, 1));
        input.focus();
      });
      row.append(name, remove);
      return row;
    }),
  );
}

async function madeReady(file, words) {
  const bytes = Number(words.bytes);
  if (!["image/jpeg", "image/png"].includes(file.type) || file.size <= SMALL) return file.size > bytes ? { problem: words.large } : file;
  const ready = await prepared(file, { bytes, longest: LONGEST }, words);
  return ready.problem ? ready : new File([ready.blob], ready.name, { type: "image/jpeg" });
}

document.addEventListener("change", async ({ target: input }) => {
  if (!input.matches?.(FIELD)) return;
  const box = input.closest("[data-attach]");
  const files = [...(held.get(input) ?? [])];
  const problems = [];
  box.setAttribute("aria-busy", "true");
  say(box, box.dataset.preparing);
  for (const file of [...input.files]) {
    if (files.length >= Number(box.dataset.most)) {
      problems.push(box.dataset.many);
      break;
    }
    const ready = await madeReady(file, box.dataset);
    ready.problem ? problems.push(`${file.name}: ${ready.problem}`) : files.push(ready);
  }
  keep(input, files);
  say(box, problems.join(" "));
  box.removeAttribute("aria-busy");
});

// not while photos are still being made small
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.querySelector("[data-attach][aria-busy]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);

// ---- how far it is

function progress(form, share) {
  const bar = form.querySelector?.("[data-attach] progress");
  if (!bar) return;
  bar.hidden = share === null;
  bar.value = share ?? 0;
}

// a form that htmx sends
document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  if (detail.lengthComputable && chosenIn(target).length) progress(target, detail.loaded / detail.total);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const input = detail.elt.querySelector?.(FIELD);
  if (!input || !detail.elt.matches("form")) return;
  progress(detail.elt, null);
  if (detail.successful) {
    keep(input, []);
    say(input.closest("[data-attach]"), "");
  }
});

// a form that leaves the page: sent from here, then the page it leads to is opened; one that comes back takes the place of this one
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("hx-post") || !chosenIn(form).length) return;
  event.preventDefault();
  const words = form.querySelector("[data-attach]").dataset;
  const stay = (text) => {
    progress(form, null);
    release(form);
    say(form.querySelector("[data-attach]"), text);
  };
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.timeout = 300_000;
  request.upload.onprogress = ({ loaded, total }) => progress(form, total ? loaded / total : 0);
  request.onerror = request.ontimeout = () => stay(words.lost);
  request.onload = () => {
    if (request.status < 300) return location.assign(request.responseURL);
    const main = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (!main?.querySelector("[data-attach]")) return stay(request.status === 413 ? words.large : words.failed);
    document.querySelector("main").replaceWith(main);
    main.querySelector(".error-summary, .alert")?.scrollIntoView();
  };
  request.send(new FormData(form));
});
