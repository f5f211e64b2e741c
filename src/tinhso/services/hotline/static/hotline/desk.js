// The desk: asks again and again whether anything has changed and fetches only the part that has. What is being written is kept.
import { toast } from "../web/toasts.js";

const desk = document.querySelector("[data-desk]");
const lost = document.querySelector("[data-lost]");
const EVERY = 1000;
const UNSEEN = 2500; // while another window covers the desk
const LONGEST = 10000; // between questions to a server that does not answer, or for a part that does not come
const PATIENCE = 6000;
const seen = { call: desk.dataset.call, lists: desk.dataset.lists };
let tag = "";
let failed = 0; // questions without an answer, one after the other
let broken = 0; // parts that did not come
let asking = false;
let due = 0;
let title = document.title;
let sound = null;

// a browser holds up the timers of a page nobody looks at, for a minute in the end; not those of a worker
const clock = new Worker(desk.dataset.clock);
clock.onmessage = () => performance.now() >= due && ask();

async function ask() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(desk.dataset.desk, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {}, signal: AbortSignal.timeout(PATIENCE) });
    if (answer.redirected || answer.status === 401) return location.reload();
    if (answer.ok) {
      tag = answer.headers.get("ETag") ?? "";
      update(await answer.json());
    } else if (answer.status !== 304) throw new Error(answer.status);
    failed = 0;
    lost.hidden = true;
  } catch {
    failed += 1;
    forget();
    lost.hidden = failed < 2; // one question lost is no lost line
  }
  asking = false;
  due = performance.now() + (failed ? longer(failed) : document.hidden ? UNSEEN : EVERY - 100);
}

const longer = (times) => Math.min(LONGEST, EVERY * 2 ** (times - 1));

// what is on the screen may be old: draw it anew with the next answer
function forget() {
  tag = "";
  seen.call = seen.lists = null;
}

for (const [where, what] of [[document, "visibilitychange"], [window, "online"]]) where.addEventListener(what, () => document.hidden || ask());

for (const what of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(what, (event) => {
    if (event.detail.requestConfig?.verb !== "get" || !["call", "lists"].includes(event.detail.target?.id)) return;
    broken += 1;
    setTimeout(forget, longer(broken));
  });
}

function update(found) {
  for (const part of ["call", "lists"]) {
    if (found[part] === seen[part]) continue;
    const place = document.getElementById(part);
    if (place.querySelector("form.htmx-request")) {
      tag = ""; // what is being sent is answered first, and finds its place
      continue;
    }
    seen[part] = found[part];
    htmx.ajax("GET", place.dataset.part, { target: place, swap: "innerHTML" });
  }
}

// ---- what is being written stays when the part around it is drawn anew ----

const kept = new Map();

function keep(place) {
  for (const form of place.querySelectorAll("form[data-keep]")) {
    const written = new Map();
    for (const field of form.querySelectorAll("input:not([type=hidden]), textarea, select")) {
      const changed = field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked : field.tagName === "SELECT" ? !field.selectedOptions[0]?.defaultSelected : field.value !== field.defaultValue;
      if (changed) written.set(field.id, field.type === "radio" || field.type === "checkbox" ? field.checked : field.value);
    }
    kept.set(form.dataset.keep, { written, focus: form.contains(document.activeElement) ? document.activeElement.id : "", at: document.activeElement?.selectionStart });
  }
}

function restore(place) {
  for (const form of place.querySelectorAll("form[data-keep]")) {
    const found = kept.get(form.dataset.keep);
    kept.delete(form.dataset.keep);
    if (!found) continue;
    for (const [id, value] of found.written) {
      const field = document.getElementById(id);
      if (field) field[typeof value === "boolean" ? "checked" : "value"] = value;
    }
    const focused = found.focus && document.getElementById(found.focus);
    if (!focused) continue;
    focused.focus();
    if (typeof found.at === "number" && focused.setSelectionRange && focused.type !== "number") focused.setSelectionRange(found.at, found.at);
  }
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const sent = event.detail.requestConfig?.elt?.dataset?.keep; // what was just saved is on the server
  if (event.detail.target.id === "call") {
    keep(event.detail.target);
    if (sent && event.detail.xhr.status < 300) kept.delete(sent);
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.detail.target;
  if (place?.id === "call" || place?.id === "lists") broken = 0;
  if (place?.id === "call") {
    restore(place);
    place.querySelector(".field-error")?.parentElement.querySelector("input, select, textarea")?.focus();
    ring();
  }
  if (place?.id === "reading") place.focus({ preventScroll: false });
});

// ---- the bell: in the title, by a tone where the browser lets it, and by words for those who do not see the screen ----

function ring() {
  const card = document.querySelector("[data-rings]");
  const number = card?.querySelector(".call-number")?.textContent.trim();
  document.title = number ? `☎ ${number}` : title;
  if (!card) return;
  toast(`${card.querySelector(".eyebrow").textContent.trim()}: ${number}`);
  if (sound?.state === "running") chime();
}

function chime() {
  for (const start of [0, 0.4, 1.2, 1.6]) {
    const tone = sound.createOscillator();
    const loud = sound.createGain();
    tone.frequency.value = 740;
    loud.gain.setValueAtTime(0.15, sound.currentTime + start);
    loud.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + start + 0.35);
    tone.connect(loud).connect(sound.destination);
    tone.start(sound.currentTime + start);
    tone.stop(sound.currentTime + start + 0.36);
  }
}

function wake() {
  sound ??= new AudioContext();
  sound.resume();
}
document.addEventListener("pointerdown", wake);

// ---- keys: each button says its own; "/" goes to the knowledge base ----

const typing = (element) => element.closest("input, textarea, select, [contenteditable], dialog[open]");

document.addEventListener("keydown", (event) => {
  wake();
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("input")) found.focus();
  else found.click();
});

// arrow keys walk through what was found, from the search field down
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = [...document.querySelectorAll("#found a")];
  const here = links.indexOf(document.activeElement);
  if (document.activeElement?.id !== "knowledge" && here < 0) return;
  event.preventDefault();
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? document.getElementById("knowledge") : links[Math.min(next, links.length - 1)])?.focus();
});

ring();
ask();
