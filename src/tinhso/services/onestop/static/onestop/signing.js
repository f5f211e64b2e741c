// Many signatures take long: each is sent by itself, so that one sees how far it has come and a broken connection stops only the rest.
// Without script the form sends them all at once.

const form = document.querySelector("[data-sign-heap]");
const all = form?.querySelector("[data-sign-all]");
const boxes = () => [...form.querySelectorAll("input[name=steps]")];

if (form) {
  all.parentElement.hidden = false;
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
  form.addEventListener("change", () => (all.checked = boxes().every((box) => box.checked)));
  form.addEventListener("submit", (event) => {
    const chosen = boxes().filter((box) => box.checked);
    if (chosen.length < 2) return;
    event.preventDefault();
    signAll(chosen);
  });
}

async function signAll(chosen) {
  const button = form.querySelector("button");
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  const failed = [];
  let signed = 0;
  for (const [number, box] of chosen.entries()) {
    show(form.dataset.doing.replace("%s", `${number + 1} / ${chosen.length}`), number, chosen.length);
    const answer = await send(box.value).catch(() => null);
    if (!answer) break; // no connection: the rest stays chosen
    signed += answer.signed;
    failed.push(...answer.failed);
    if (answer.signed) box.closest("li").remove();
  }
  button.removeAttribute("aria-busy");
  if (signed === chosen.length) return location.assign(form.action);
  show(`${form.dataset.done.replace("%s", signed)} ${form.dataset.failed} ${failed.join("; ") || chosen.length - signed}`);
}

async function send(step) {
  const body = new FormData(form);
  body.delete("steps");
  body.append("steps", step);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  return response.ok ? response.json() : null;
}

function show(text, done, total) {
  const place = form.querySelector("[data-sign-progress]");
  place.textContent = text;
  if (total === undefined) return;
  const bar = document.createElement("progress");
  bar.max = total;
  bar.value = done;
  bar.setAttribute("aria-label", text);
  place.append(bar);
}
