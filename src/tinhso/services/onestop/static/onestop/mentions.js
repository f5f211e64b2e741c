// In a text in which colleagues can be named: after "@" those who may read the case are offered. Without script one types the name.

const WAIT = 150;
const BEFORE = /(^|[\s(,;:])@([\p{L}\p{N}._-]*)$/u;

for (const text of document.querySelectorAll("textarea[data-mentions]")) offer(text);

function offer(text) {
  const list = document.createElement("ul");
  const status = document.createElement("span");
  let timer, request;
  list.className = "mention-options";
  list.id = `${text.id}-colleagues`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.dataset.mentionsLabel);
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  text.after(list, status);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", list.id);

  const word = () => BEFORE.exec(text.value.slice(0, text.selectionStart))?.[2];
  const options = () => [...list.children];
  const active = () => list.querySelector('[aria-selected="true"]');

  text.addEventListener("input", () => {
    clearTimeout(timer);
    if (word() === undefined) return close();
    timer = setTimeout(search, WAIT);
  });
  text.addEventListener("blur", close);
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const at = options().indexOf(active());
    const count = options().length;
    if (event.key === "ArrowDown") activate(options()[(at + 1) % count]);
    else if (event.key === "ArrowUp") activate(options()[(at <= 0 ? count : at) - 1]);
    else if (event.key === "Enter" || event.key === "Tab") choose(active());
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
  list.addEventListener("click", (event) => choose(event.target.closest("li")));

  async function search() {
    const wanted = word();
    request?.abort();
    request = new AbortController();
    let found;
    try {
      const query = new URLSearchParams({ q: wanted });
      const answer = await fetch(`${text.dataset.mentions}?${query}`, { signal: request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      found = (await answer.json()).colleagues;
    } catch {
      return; // offline or overtaken by the next key
    }
    if (word() !== wanted || document.activeElement !== text) return;
    list.replaceChildren(...found.map(option));
    status.textContent = found.map((one) => one.name).join(", ");
    if (!found.length) return close();
    list.hidden = false;
    activate(list.firstChild);
  }

  function option({ username, name, post }, index) {
    const item = document.createElement("li");
    const note = document.createElement("span");
    item.id = `${list.id}-${index}`;
    item.dataset.username = username;
    item.setAttribute("role", "option");
    item.append(name, note);
    note.className = "row-note";
    note.textContent = `@${username}${post ? `, ${post}` : ""}`;
    return item;
  }

  function activate(item) {
    active()?.setAttribute("aria-selected", "false");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", item.id);
  }

  function choose(item) {
    const start = text.selectionStart - word().length;
    text.setRangeText(`${item.dataset.username} `, start, text.selectionStart, "end");
    close();
    text.focus();
  }

  function close() {
    clearTimeout(timer);
    list.hidden = true;
    text.removeAttribute("aria-activedescendant");
  }
}
