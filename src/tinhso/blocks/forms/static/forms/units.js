// <ts-unit-picker>: the province select, the [district select] and a combobox of communes (ARIA 1.2 pattern, list autocomplete).
// The server's markup inside it (text, "Tìm", radio buttons) works alone; this replaces the button by suggestions while typing.

const WAIT = 180;

class UnitPicker extends HTMLElement {
  connectedCallback() {
    this.text = this.part("text");
    if (!this.text || this.list) return; // a picker of provinces is a plain select
    this.code = this.part("code");
    this.province = this.part("province");
    this.district = this.part("district");
    this.part("find").hidden = true;
    this.build();
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("focus", () => this.text.select());
    this.text.addEventListener("blur", () => this.left());
    this.province.addEventListener("change", () => this.provinceChosen());
    this.district?.addEventListener("change", () => this.forget());
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  build() {
    this.list = document.createElement("ul");
    this.list.className = "tsf-options";
    this.list.id = `${this.text.id}-options`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-labelledby", `${this.text.id}-name`);
    this.list.hidden = true;
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[data-code]")));
    this.status = document.createElement("span");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    this.text.parentElement.after(this.list, this.status);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) {
      this.text.setAttribute(name, value);
    }
  }

  get options() {
    return [...this.list.querySelectorAll("[data-code]")];
  }

  get active() {
    return this.list.querySelector('[aria-selected="true"]');
  }

  get within() {
    return this.district?.value || this.province.value;
  }

  typed() {
    this.code.value = "";
    this.part("matches")?.remove();
    clearTimeout(this.timer);
    if (this.text.value.trim().length < 2) return this.close();
    this.timer = setTimeout(() => this.search(), WAIT);
  }

  async search() {
    const { url, level, on } = this.dataset;
    this.request?.abort();
    this.request = new AbortController();
    const query = new URLSearchParams({ q: this.text.value, level, on, within: this.within });
    try {
      const answer = await fetch(`${url}?${query}`, { signal: this.request.signal, headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      this.list.innerHTML = await answer.text();
    } catch {
      return; // offline or overtaken by the next key: the text stays and the server finds the unit when it is sent
    }
    if (document.activeElement !== this.text) return;
    this.options.forEach((option, index) => (option.id = `${this.list.id}-${index}`));
    this.status.textContent = this.options.length ? this.dataset.count.replace("%d", this.options.length) : this.dataset.none;
    if (!this.options.length) {
      this.list.innerHTML = '<li class="tsf-none" role="option" aria-disabled="true" aria-selected="false"></li>';
      this.list.firstChild.textContent = this.dataset.none;
    }
    this.open();
  }

  open() {
    this.list.hidden = false;
    this.text.setAttribute("aria-expanded", "true");
    this.activate(null);
  }

  close() {
    this.list.hidden = true;
    this.text.setAttribute("aria-expanded", "false");
    this.text.removeAttribute("aria-activedescendant");
  }

  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    if (!option) return this.text.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    const { options, active } = this;
    const shown = !this.list.hidden && options.length > 0;
    const at = options.indexOf(active);
    if (event.key === "ArrowDown" && !shown) this.search();
    else if (event.key === "ArrowDown") this.activate(options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp" && shown) this.activate(options[(at <= 0 ? options.length : at) - 1]);
    else if (event.key === "Enter" && shown) this.choose(active ?? (options.length === 1 ? options[0] : null));
    else if (event.key === "Escape" && !this.list.hidden) this.close();
    else return;
    event.preventDefault();
  }

  choose(option) {
    if (!option) return;
    this.text.value = option.dataset.name;
    this.code.value = option.dataset.code;
    if (option.dataset.province) this.province.value = option.dataset.province;
    if (this.district && option.dataset.district) this.loadDistricts(option.dataset.district);
    this.close();
    this.code.dispatchEvent(new Event("change", { bubbles: true }));
  }

  left() {
    this.close();
    const name = this.text.value.trim().toLocaleLowerCase("vi");
    const same = this.options.filter((option) => option.dataset.name.toLocaleLowerCase("vi") === name);
    if (!this.code.value && name && same.length === 1) this.choose(same[0]);
  }

  forget() {
    this.code.value = "";
    this.text.value = "";
    this.list.replaceChildren();
  }

  async provinceChosen() {
    this.forget();
    if (this.district) await this.loadDistricts("");
  }

  async loadDistricts(chosen) {
    const query = new URLSearchParams({ province: this.province.value, on: this.dataset.on });
    const answer = await fetch(`${this.dataset.districtsUrl}?${query}`).catch(() => null);
    if (!answer?.ok) return;
    this.district.innerHTML = await answer.text();
    this.district.value = chosen;
  }
}

customElements.define("ts-unit-picker", UnitPicker);
