// One act on many rows takes long: each is sent by itself, so that one sees how far it has come and a broken connection stops only the
// rest. Without script the form sends them all at once.

const form = document.querySelector("form[data-heap]");
const all = form?.querySelector("[data-heap-all]");
const boxes = () => [...form.querySelectorAll("[data-heap-item]")];

if (form) {
  all.parentElement.hidden = false;
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
  form.addEventListener("change", () => (all.checked = boxes().every((box) => box.checked)));
  form.addEventListener("submit", (event) => {
    if (form.dataset.heap === "choose") return; // they are chosen here and done elsewhere
    const chosen = boxes().filter((box) => box.checked);
    if (chosen.length < 2 || event.defaultPrevented) return;
    event.preventDefault();
    doAll(chosen, event.submitter);
  });
}

async function doAll(chosen, button) {
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  button?.setAttribute("aria-busy", "true");
  const failed = [];
  let done = 0;
  for (const [number, box] of chosen.entries()) {
    show(form.dataset.doing.replace("%s", `${number + 1} / ${chosen.length}`), number, chosen.length);
    const answer = await send(box, button).catch(() => null);
    if (!answer) break; // no connection: the rest stays chosen
    done += answer.done;
    failed.push(...answer.failed);
    if (answer.done) box.closest("li, tr").remove();
  }
  form.removeAttribute("aria-busy");
  button?.removeAttribute("aria-busy");
  if (done === chosen.length) return location.assign(form.action);
  show(`${form.dataset.done.replace("%s", done)} ${form.dataset.failed} ${failed.join("; ") || chosen.length - done}`);
}

async function send(box, button) {
  const body = new FormData(form);
  body.delete(box.name);
  body.append(box.name, box.value);
  if (button?.name) body.set(button.name, button.value);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  return response.ok ? response.json() : null;
}

function show(text, done, total) {
  const place = form.querySelector("[data-heap-progress]");
  place.textContent = text;
  if (total === undefined) return;
  const bar = document.createElement("progress");
  bar.max = total;
  bar.value = done;
  bar.setAttribute("aria-label", text);
  place.append(bar);
}
