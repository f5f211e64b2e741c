// Pages go to the server one by one, at once. What could not be sent stays here and goes again when there is a connection;
// each has a key of its own, so that one that had arrived after all is not kept twice.
const scan = document.getElementById("scan");
const line = document.getElementById("scan-sending");
const AGAIN = 4000;
const MOST_FAILURES = 5; // answers of 500 to the same page: it is told and the others go on
const waiting = [];
let running = false;

function say(text) {
  line.hidden = !text;
  line.textContent = text;
}

function left(why) {
  if (waiting.length) say(`${why} ${waiting.length}.`);
}

function redraw(html) {
  const board = document.getElementById("scan-board");
  board.outerHTML = html;
  const fresh = document.getElementById("scan-board");
  window.htmx?.process(fresh);
  prepare(fresh);
}

// signing in again in another tab gives a new one, so it is read each time
function token() {
  const kept = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  return kept ? kept.slice("csrftoken=".length) : JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

async function post(item) {
  const body = new FormData();
  body.set("files", item.file, item.name);
  body.set("part", item.part);
  body.set("origin", item.origin);
  body.set("key", item.key);
  const answer = await fetch(scan.dataset.take, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token() },
  });
  const kind = answer.headers.get("Content-Type") || "";
  if (answer.ok && kind.startsWith("application/json")) return answer.json();
  item.failures += answer.status === 500;
  if (item.failures >= MOST_FAILURES) return { problems: [`${item.name}: ${(await answer.json().catch(() => ({}))).detail ?? answer.status}`] };
  if (answer.status >= 500 || answer.status === 429) throw new TypeError("busy");
  const unread = !kind.includes("json");
  if (answer.redirected || answer.status === 401 || (answer.ok && unread)) return null; // signed out
  // a proxy before the product speaks for itself, in a page of its own: the same again would be refused again
  if (unread) return { problems: [`${item.name}: ${answer.status === 413 ? scan.dataset.tooLarge : answer.status}`] };
  const refusal = await answer.json();
  if (answer.status === 403 && refusal.code === "session_expired") return null; // signed in again meanwhile: the token is another
  return { problems: [refusal.detail] };
}

async function run() {
  if (running) return;
  running = true;
  const problems = [];
  while (waiting.length) {
    left(scan.dataset.sending);
    const [item] = waiting;
    let said;
    try {
      said = await post(item);
    } catch {
      left(scan.dataset.waiting);
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
      continue;
    }
    if (!said) {
      left(scan.dataset.signedOut);
      await new Promise((resolve) => setTimeout(resolve, 2 * AGAIN));
      continue;
    }
    waiting.shift();
    if (said.board) redraw(said.board);
    problems.push(...said.problems);
    item.done?.(said);
  }
  running = false;
  say(problems.length ? `${scan.dataset.refused} ${problems.join(" ")}` : "");
  line.classList.toggle("scan-refused", problems.length > 0);
}

export function send(file, { part, origin = "upload", name = file.name, done = null }) {
  waiting.push({ file, part, origin, name, done, failures: 0, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` });
  run();
}

window.addEventListener("beforeunload", (event) => {
  if (waiting.length) event.preventDefault();
});

// choosing files sends them; dropping them on a part sends them there
function prepare(root) {
  for (const form of root.querySelectorAll("[data-add]")) {
    form.querySelector("[data-without-script]").hidden = true;
    for (const box of form.querySelectorAll("input[type=file]")) {
      box.addEventListener("change", () => {
        for (const file of box.files) send(file, { part: form.dataset.add });
        box.value = "";
      });
    }
  }
  for (const pile of root.querySelectorAll("[data-drop]")) {
    pile.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      pile.classList.add("scan-over");
    });
    pile.addEventListener("dragleave", () => pile.classList.remove("scan-over"));
    pile.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      pile.classList.remove("scan-over");
      for (const file of event.dataTransfer.files) send(file, { part: pile.dataset.drop });
    });
  }
  for (const button of root.querySelectorAll("[data-camera]")) button.hidden = !navigator.mediaDevices?.getUserMedia;
  for (const picture of root.querySelectorAll("[data-drop-broken]")) {
    picture.addEventListener("error", () => (picture.hidden = true));
  }
}

if (scan) {
  prepare(scan);
  document.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) prepare(event.target); // told of the whole page once at its start
  });
  // the list of scans is not redrawn under somebody's hands
  document.addEventListener("htmx:beforeRequest", (event) => {
    const list = event.target;
    if (list.id === "scanner" && (list.querySelector(":checked[name=scans]") || list.contains(document.activeElement))) event.preventDefault();
  });
}
