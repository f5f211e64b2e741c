// The form of a report: photos made small, kept in the outbox first, then sent with progress. Without this it is a plain form.
import { prepared } from "../files/prepare.js";
import { keepWriting } from "./draft.js";
import { drop, forget, keep, sendWaiting, sent, waiting } from "./outbox.js";
import { blurred } from "./photos.js";

const form = document.querySelector("[data-report]");
const words = form.dataset;
const part = (name) => document.querySelector(`[data-part=${name}]`);
const status = part("status");
const DATE = { hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric" };
const when = (at) => new Date(at).toLocaleString(document.documentElement.lang, DATE);
const limits = { bytes: Number(words.bytes), seconds: Number(words.seconds), files: Number(words.files) };
let photos = [];
let busy = false;
form.elements.key.value = crypto.randomUUID();

function element(name, attributes = {}, ...inside) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) key in node && key !== "list" ? (node[key] = value) : node.setAttribute(key, value);
  node.append(...inside);
  return node;
}

// ------------------------------------------------------------------------------------------------------------- photos

const chosen = form.querySelector("[name=photos]");
const shelf = part("shelf");
const photoProblem = part("photo-problem");

function showPhotos() {
  shelf.replaceChildren(
    ...photos.map((photo, index) => {
      const address = URL.createObjectURL(photo.blob);
      const look = photo.video ? element("video", { src: address, muted: true }) : element("img", { src: address, alt: `${words.photo} ${index + 1}` });
      const buttons = element("div", { className: "shelf-buttons" });
      if (!photo.video) buttons.append(button(photo.covered ? words.covered : words.cover, () => coverPhoto(index)));
      buttons.append(button(words.remove, () => removePhoto(index)));
      return element("li", {}, look, buttons);
    }),
  );
}

const button = (text, act) => {
  const made = element("button", { type: "button", className: "btn btn-sm", textContent: text });
  made.addEventListener("click", act);
  return made;
};

async function coverPhoto(index) {
  photos[index] = await blurred(part("blur"), photos[index]);
  showPhotos();
  draft.changed();
  shelf.children[index]?.querySelector("button")?.focus();
}

function removePhoto(index) {
  photos.splice(index, 1);
  showPhotos();
  draft.changed();
  chosen.focus();
}

chosen.addEventListener("change", async () => {
  photoProblem.textContent = words.preparing;
  const problems = [];
  for (const file of chosen.files) {
    if (photos.length >= limits.files) {
      problems.push(words.many);
      break;
    }
    const photo = await prepared(file, limits, { long: words.long, large: words.large, unreadable: words.unreadable });
    photo.problem ? problems.push(`${file.name}: ${photo.problem}`) : photos.push(photo);
  }
  chosen.value = "";
  photoProblem.textContent = problems.join(" ");
  showPhotos();
  draft.changed();
});

// ---------------------------------------------------------------------------------------------------- what is half written

const WORTH = ["kind", "text", "lon", "address", "unit"];
const fieldsNow = () => Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["csrfmiddlewaretoken", "key"].includes(name)));

function putBack({ fields, files }) {
  for (const [name, value] of Object.entries(fields)) if (form.elements[name]) form.elements[name].value = value;
  photos = [...files];
  showPhotos();
  if (fields.lon) form.querySelector("[data-said]").textContent = form.querySelector("[data-chosen]").dataset.chosen;
  form.elements.text.focus();
}

// what was refused is sent again under its own key: the outbox has it once
function mend(report) {
  putBack(report);
  form.elements.key.value = report.key;
}

const draft = keepWriting({
  read() {
    const { phone, ...fields } = fieldsNow(); // whoever opens the form next on this device is not shown the number
    return photos.length || WORTH.some((name) => fields[name]?.trim()) ? { key: form.elements.key.value, fields, files: photos } : null;
  },
  restore(found) {
    putBack(found);
    form.elements.key.value = crypto.randomUUID();
  },
  offer(drafts, choose) {
    part("drafts-section").hidden = !drafts.length;
    part("drafts").replaceChildren(
      ...drafts.map((one) => {
        const said = one.fields.text?.trim().slice(0, 120) || words.noText;
        const facts = [when(one.at), one.files.length ? `${words.photo}: ${one.files.length}` : ""];
        const row = element("li", {}, element("p", { textContent: said }), element("p", { className: "muted", textContent: facts.filter(Boolean).join(" · ") }));
        row.append(button(words.goOn, () => choose(one, true)), button(words.discard, () => choose(one, false)));
        return row;
      }),
    );
  },
  problem: () => (status.textContent = words.draftFull),
});
for (const name of ["input", "change", "place-chosen"]) form.addEventListener(name, draft.changed);
// what was missing is said until something is done about it
for (const name of ["input", "change", "place-chosen"]) form.addEventListener(name, () => busy || (status.textContent = ""));

// --------------------------------------------------------------------------------------------------- alike, close by

let asked = "";
async function lookAround() {
  const of = (name) => form.elements[name].value;
  const query = new URLSearchParams({ lon: of("lon"), lat: of("lat"), kind: of("kind") }).toString();
  if (!of("lon") || !of("kind") || query === asked || !navigator.onLine) return;
  asked = query;
  try {
    const answer = await fetch(`${words.near}?${query}`);
    if (answer.ok && query === asked) part("near").innerHTML = await answer.text();
  } catch {
    asked = "";
  }
}
form.addEventListener("place-chosen", lookAround);
form.addEventListener("change", lookAround);

// ------------------------------------------------------------------------------------------------------------- sending

const progress = part("progress");

function post(address, body, token) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.responseType = "json";
    request.timeout = 120_000;
    progress.hidden = false;
    request.upload.onprogress = ({ loaded, total }) => (progress.value = total ? loaded / total : 0);
    request.onload = () => done({ status: request.status, body: request.response ?? {} });
    request.onerror = request.ontimeout = request.onabort = () => failed(new Error("network"));
    request.send(body);
  });
}

const reason = (waits) => waits && (waits.detail || words[`waits-${waits.status}`] || words.waitsOther);

async function send() {
  if (!(await waiting()).some((one) => !one.problem)) return [];
  status.textContent = words.sending;
  const outcomes = await sendWaiting(form.action, post);
  progress.hidden = true;
  const left = (await waiting()).filter((one) => !one.problem).length;
  status.textContent = left ? reason(outcomes.find((outcome) => outcome.waits)?.waits) || words.waiting : "";
  if (left) {
    askForSync();
    trySoon();
  }
  await showOutbox();
  return outcomes;
}

async function askForSync() {
  try {
    const worker = await navigator.serviceWorker.ready;
    await worker.sync.register("reports");
  } catch {
    // no background sync here: it goes when the network is back or the page is opened
  }
}

function missing() {
  const empty = (name) => !form.elements[name].value.trim();
  if (empty("kind")) return ["kind", words.needKind];
  if (form.elements.text.value.trim().length < 3) return ["text", words.needText];
  if (empty("lon") && empty("unit") && empty("address")) return ["unit", words.needPlace];
  if (form.elements.phone && form.elements.phone.required && empty("phone")) return ["phone", words.needPhone];
  return null;
}

let again = 0;
// told to wait (too often, the server's own trouble), not cut off: it is tried again without anybody's doing
function trySoon() {
  clearTimeout(again);
  again = setTimeout(() => navigator.onLine && send(), 60_000);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  const problem = missing();
  if (problem) {
    status.textContent = problem[1];
    form.elements[problem[0]].focus();
    return;
  }
  busy = true;
  const key = form.elements.key.value;
  try {
    await keep({ key, at: Date.now(), fields: fieldsNow(), files: photos.map(({ name, blob }) => ({ name, blob })) });
  } catch {
    busy = false;
    status.textContent = words.full; // the phone has no room: nothing was lost, nothing was sent
    return;
  }
  await draft.forget(key);
  form.reset();
  form.elements.key.value = crypto.randomUUID();
  photos = [];
  showPhotos();
  part("near").replaceChildren();
  const outcomes = await send();
  busy = false;
  const mine = outcomes.find((outcome) => outcome.report.key === key);
  if (mine?.answer) location.assign(mine.answer.url);
});

// -------------------------------------------------------------------------------------------------------------- outbox

async function showOutbox() {
  const [unsent, done] = [await waiting(), await sent()];
  part("waiting-section").hidden = !unsent.length;
  part("sent-section").hidden = !done.length;
  part("waiting").replaceChildren(
    ...unsent.map((report) => {
      const remove = button(words.discard, async () => {
        if (!confirm(words.sure)) return;
        await drop(report.key);
        showOutbox();
      });
      const row = element("li", {}, element("p", { textContent: report.fields.text.slice(0, 120) }), element("p", { className: "muted", textContent: report.problem ? (words[`refused-${report.problem}`] ?? report.problem) : `${when(report.at)} · ${reason(report.waits) || words.waitingShort}` }), remove);
      if (report.problem) row.append(button(words.mend, () => mend(report)));
      return row;
    }),
  );
  part("sent").replaceChildren(...done.map((report) => element("li", {}, element("a", { href: report.url, textContent: report.code }), ` · ${when(report.at)}`)));
}

part("forget")?.addEventListener("click", async () => {
  await forget();
  showOutbox();
});
window.addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && navigator.onLine && send());
navigator.serviceWorker?.addEventListener("message", ({ data }) => data === "sent" && showOutbox());
form.noValidate = true;
showOutbox().then(() => navigator.onLine && send());
form.dataset.ready = "";
