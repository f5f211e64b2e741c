// Keeps what is drawn: shortly after each change, one saving at a time, tried again when the network fails.
// Somebody else's saving in between stops it: nothing of theirs is overwritten and nothing of ours thrown away.
const PAUSE = 1200;
const AGAIN = 5000;

export class Saver {
  #editor;
  #modeler;
  #timer = 0;
  #running = false;
  #stopped = false;
  #changes = 0;
  #kept = 0;

  constructor(modeler, editor, texts, found) {
    Object.assign(this, { texts, found });
    this.#modeler = modeler;
    this.#editor = editor;
    this.revision = Number(editor.dataset.revision);
    modeler.on("commandStack.changed", () => this.#changed());
    addEventListener("beforeunload", (event) => this.unsaved && event.preventDefault());
    addEventListener("online", () => this.unsaved && this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.unsaved && this.save());
  }

  get unsaved() {
    return this.#changes > this.#kept;
  }

  #changed() {
    this.#changes += 1;
    if (!this.#stopped) this.tell(this.texts.unsaved);
    this.#later(PAUSE);
  }

  #later(wait) {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    if (this.#running || this.#stopped || !this.unsaved) return;
    this.#running = true;
    let wait = PAUSE;
    const changes = this.#changes;
    this.tell(this.texts.saving);
    try {
      const { xml } = await this.#modeler.saveXML({ format: true });
      const answer = await fetch(this.#editor.dataset.save, {
        method: "POST",
        body: JSON.stringify({ xml, revision: this.revision }),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
      });
      if (answer.status >= 500) throw new Error(answer.statusText);
      const told = await answer.json();
      if (!answer.ok) return this.#refused(told, xml);
      this.revision = told.revision;
      for (const input of document.querySelectorAll("input[name=revision]")) input.value = told.revision;
      this.#kept = changes;
      this.found(told.findings);
      this.tell(this.unsaved ? this.texts.unsaved : this.texts.saved.replace("{time}", new Date().toLocaleTimeString("vi", { timeZone: "Asia/Ho_Chi_Minh" })));
    } catch {
      this.tell(this.texts.failed, "bad");
      wait = AGAIN;
    } finally {
      this.#running = false;
      if (this.unsaved) this.#later(wait);
    }
  }

  // Leave by a link once everything is kept; where that fails the browser asks.
  async leave(address) {
    await this.save();
    if (this.#running) setTimeout(() => this.leave(address), 200);
    else location.assign(address);
  }

  #refused(told, xml) {
    this.#stopped = true;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([xml], { type: "application/xml" }));
    link.download = "ban-cua-toi.bpmn";
    link.textContent = this.texts.take;
    this.tell(`${told.message || told.detail || ""} ${this.texts.conflict} `, "bad");
    document.getElementById("save-state").append(link);
  }

  tell(text, tone = "") {
    const place = document.getElementById("save-state");
    place.textContent = text;
    place.className = tone ? `save-${tone}` : "muted";
  }
}

function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}
