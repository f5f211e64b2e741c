// What the telephone in the browser shows: one sentence, the buttons that fit it, the microphone and the headset to choose.
const place = document.querySelector("[data-phone]");
const note = place.querySelector("[data-ended]");
const STORE = "tinhso.phone.";
let since = 0;

export const words = place.querySelector("[data-words]").dataset;

export function show(state, { number, since: begun, muted } = {}) {
  const before = place.dataset.state;
  place.dataset.state = state;
  for (const one of place.querySelectorAll("[data-says]")) one.hidden = one.dataset.says !== state;
  for (const one of place.querySelectorAll("[data-in]")) {
    const fits = one.dataset.in.split(" ").includes(state);
    const held = !fits && one.contains(document.activeElement);
    one.hidden = !fits;
    if (one.matches("button")) one.disabled = !fits;
    if (held) place.querySelector("button:not([hidden])")?.focus(); // the keyboard stays where it was
  }
  if (number !== undefined) for (const one of place.querySelectorAll("[data-number]")) one.textContent = number;
  if (begun) since = begun;
  press("hold", state === "held");
  if (muted !== undefined || before !== "talks") press("mute", Boolean(muted));
  if (["rings", "calls", "talks"].includes(state)) ended("");
  tick();
}

// Why a call came to nothing.
export function ended(why) {
  note.textContent = why;
  note.hidden = !why;
}

function press(act, pressed) {
  place.querySelector(`[data-act="${act}"]`).setAttribute("aria-pressed", String(pressed));
}

function tick() {
  if (!["talks", "held"].includes(place.dataset.state)) return;
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  for (const one of place.querySelectorAll("[data-time]")) one.textContent = time;
}
setInterval(tick, 1000);

// ---- microphone and headset ----

const chosen = (kind) => localStorage.getItem(STORE + kind) ?? "";

export const devices = {
  wanted() {
    const device = chosen("audioinput");
    const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return { audio: device ? { ...sound, deviceId: { ideal: device } } : sound, video: false };
  },

  async list() {
    const found = await navigator.mediaDevices.enumerateDevices();
    for (const select of place.querySelectorAll("[data-device]")) {
      const fits = found.filter((one) => one.kind === select.dataset.device && one.deviceId && one.deviceId !== "default");
      select.replaceChildren(new Option(words.default, ""), ...fits.map((one) => new Option(one.label || one.kind, one.deviceId)));
      select.value = fits.some((one) => one.deviceId === chosen(select.dataset.device)) ? chosen(select.dataset.device) : "";
      select.closest(".field").hidden = select.dataset.device === "audiooutput" && !("setSinkId" in HTMLMediaElement.prototype);
    }
  },

  // Keep the choice, let the voice come from the chosen headset, tell when the microphone is another.
  changed(voice, microphone) {
    const listen = () => voice.setSinkId?.(chosen("audiooutput")).catch(() => voice.setSinkId(""));
    place.addEventListener("change", ({ target }) => {
      if (!target.dataset.device) return;
      localStorage.setItem(STORE + target.dataset.device, target.value);
      if (target.dataset.device === "audioinput") microphone();
      else listen();
    });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.list());
    listen();
  },
};
