// <ts-autosave> inside a <form>: the draft is saved while a person types.
//
// Protocol. Two seconds after the last change (and when the page is hidden) the form is posted to `data-url` as urlencoded text
// with `_autosave=1` (`data-flag`), without files. The server answers
//   200 {"saved_at": "10:32"}          saved; answers that are not valid yet are saved too
//   401, 403 or a redirect (to login)  the session has expired: everything stays on the page and in localStorage
//   409 / 410                          the draft is closed (already sent): nothing more is saved
//   422 / 5xx / no answer              tried again later: with the next change, when the network returns, by the button
// A form with unsaved changes is saved in this way before it is submitted; it stays on the page when that cannot be.
// What could not be saved is kept in localStorage, by account and address, for at most a day; at the next visit it is offered back:
// "Dùng bản này" posts it as an autosave and loads the page anew, so that the server draws the right questions. The copy goes as
// soon as something newer is saved. Passwords, files and the CSRF token are never kept.

const WAIT = 2000;
const RETRY = 20_000;
const DAY = 24 * 3600 * 1000;
const NEVER_KEPT = new Set(["csrfmiddlewaretoken"]);

const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
const clock = (moment) => new Date(moment).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });

class Autosave extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    if (!this.form || this.line) return;
    this.url = new URL(this.dataset.url || location.href, location.href).href;
    this.key = `tinhso-draft:${this.dataset.owner}:${new URL(this.url).pathname}`;
    this.line = this.appendChild(document.createElement("p"));
    this.line.setAttribute("role", "status");
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("change", () => this.changed());
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.online = () => this.dirty && this.save();
    this.hidden_ = () => document.visibilityState === "hidden" && this.dirty && this.save({ keepalive: true });
    window.addEventListener("online", this.online);
    document.addEventListener("visibilitychange", this.hidden_);
    this.offer();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    window.removeEventListener("online", this.online);
    document.removeEventListener("visibilitychange", this.hidden_);
  }

  changed() {
    if (this.closed) return;
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), WAIT);
  }

  // What is not saved yet is saved before the form leaves the page, so that an expired session or a lost network costs nothing.
  async submitted(event) {
    if (event.defaultPrevented || this.closed || this.passing || !this.dirty) return;
    event.preventDefault();
    const { submitter } = event;
    const arrived = await this.save();
    if (!arrived) return;
    this.passing = true;
    this.form.requestSubmit(submitter);
    this.passing = false;
  }

  entries() {
    const skipped = (name, value) => typeof value !== "string" || NEVER_KEPT.has(name) || this.form.elements[name]?.type === "password";
    return [...new FormData(this.form)].filter(([name, value]) => !skipped(name, value));
  }

  // Whether the server can be reached and knows us; what it refuses, it will say itself when the form is sent.
  async save({ keepalive = false } = {}) {
    if (this.closed) return true;
    clearTimeout(this.timer);
    const entries = this.entries();
    const text = JSON.stringify(entries);
    if (text === this.lastSaved) {
      this.dirty = false;
      return true;
    }
    const answer = await this.post(entries, keepalive);
    if (answer?.ok) {
      const { saved_at: at } = await answer.json().catch(() => ({}));
      this.lastSaved = text;
      this.dirty = JSON.stringify(this.entries()) !== text;
      if (this.dirty) this.changed();
      localStorage.removeItem(this.key);
      this.freshToken();
      this.say(this.dataset.saved.replace("%s", at || clock(Date.now())));
      return true;
    }
    this.keep(entries);
    if (answer && [409, 410].includes(answer.status)) {
      this.closed = true;
      this.trouble(this.dataset.closed);
      return true;
    }
    if (answer && (answer.type === "opaqueredirect" || [401, 403].includes(answer.status))) {
      this.trouble(this.dataset.expired, this.signInLink(), this.retryButton());
      return false;
    }
    this.trouble(this.dataset.offline, this.retryButton());
    this.timer = setTimeout(() => this.save(), RETRY);
    return Boolean(answer);
  }

  // Signing in again gives a new token; the form's own post needs it as well.
  freshToken() {
    const field = this.form.elements.csrfmiddlewaretoken;
    const token = cookie("csrftoken");
    if (field && token) field.value = token;
  }

  post(entries, keepalive = false) {
    const body = new URLSearchParams(entries);
    body.set(this.dataset.flag, "1");
    const csrf = cookie("csrftoken") || (this.form.elements.csrfmiddlewaretoken?.value ?? "");
    const headers = { "X-CSRFToken": csrf, Accept: "application/json", "X-Requested-With": "autosave" };
    return fetch(this.url, { method: "POST", body, headers, keepalive, redirect: "manual" }).catch(() => null);
  }

  keep(entries) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), entries }));
    } catch {
      // storage full or forbidden: the page itself still holds everything
    }
  }

  offer() {
    let copy = null;
    try {
      copy = JSON.parse(localStorage.getItem(this.key));
    } catch {
      localStorage.removeItem(this.key);
    }
    if (!copy) return;
    if (Date.now() - copy.at > DAY) {
      localStorage.removeItem(this.key);
      return;
    }
    const restore = this.button(this.dataset.restore, async () => {
      const answer = await this.post(copy.entries);
      if (!answer?.ok) return this.trouble(answer ? this.dataset.expired : this.dataset.offline, restore);
      localStorage.removeItem(this.key);
      this.closed = true;
      location.reload();
    });
    const discard = this.button(this.dataset.discard, () => {
      localStorage.removeItem(this.key);
      this.say("");
    });
    this.trouble(this.dataset.found.replace("%s", clock(copy.at)), restore, discard);
  }

  button(text, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = text;
    button.addEventListener("click", action);
    return button;
  }

  // In a tab of its own: this one keeps what was typed. The new tab comes back here, too, and offers the copy.
  signInLink() {
    const link = document.createElement("a");
    link.className = "btn btn-primary";
    link.href = `/dang-nhap/?next=${encodeURIComponent(location.pathname)}`;
    link.target = "_blank";
    link.textContent = this.dataset.signIn;
    return link;
  }

  retryButton() {
    return this.button(this.dataset.retry, () => this.save());
  }

  say(text) {
    this.querySelector(".btn-row")?.remove();
    this.classList.remove("tsf-trouble");
    this.line.textContent = text;
  }

  trouble(text, ...buttons) {
    this.say(text);
    this.classList.add("tsf-trouble");
    if (!buttons.length) return;
    const row = document.createElement("div");
    row.className = "btn-row";
    row.append(...buttons);
    this.append(row);
  }
}

customElements.define("ts-autosave", Autosave);
