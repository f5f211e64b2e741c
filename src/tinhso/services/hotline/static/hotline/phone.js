// The browser as a telephone of the line's own exchange: SIP by JsSIP over a WebSocket, the voice by WebRTC. What a call is about
// the desk learns from the product; here is only what a telephone does. phone_panel.js shows it.
import { devices, ended, show, words } from "./phone_panel.js";

const place = document.querySelector("[data-phone]");
const voice = place.querySelector("[data-voice]");
const LOCK = "tinhso.phone";
const RENEW = 10 * 60 * 1000; // a password is lent for fifteen minutes
const AGAIN = [2000, 5000, 15000, 30000];
let ua = null;
let session = null;
let release = null; // gives the telephone to another tab
let renewing = 0;
let refusals = 0;

// ---- on and off ----

async function start({ take = false } = {}) {
  if (ua || release) return;
  if (!window.isSecureContext) return show("insecure");
  if (!window.JsSIP || !window.RTCPeerConnection || !navigator.mediaDevices || !navigator.locks) return show("unfit");
  show("starting");
  navigator.locks.request(LOCK, take ? { steal: true } : { ifAvailable: true }, hold).catch(() => stop("elsewhere"));
}

// As long as the promise is pending this tab has the telephone.
async function hold(lock) {
  if (!lock) return show("elsewhere");
  const given = new Promise((resolve) => (release = resolve));
  if (!(await microphone())) return;
  localStorage.setItem(LOCK, "on");
  await connect();
  return given;
}

async function microphone() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(devices.wanted());
    stream.getTracks().forEach((track) => track.stop());
    await devices.list();
    return true;
  } catch (error) {
    stop(error.name === "NotAllowedError" ? "refused" : "silent");
    return false;
  }
}

async function borrow() {
  const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const answer = await fetch(place.dataset.phone, { method: "POST", headers: { "X-CSRFToken": csrf }, cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return answer.json();
}

async function connect() {
  let lent;
  try {
    lent = await borrow();
  } catch {
    show("lost");
    return void setTimeout(() => release && !ua && connect(), later());
  }
  ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(lent.server)],
    uri: `sip:${lent.extension}@${lent.realm}`,
    authorization_user: lent.name,
    password: lent.password,
    realm: lent.realm,
    register_expires: 120,
    connection_recovery_min_interval: 2,
    connection_recovery_max_interval: 15,
    session_timers: false,
    user_agent: "tinhso",
  });
  const mine = ua;
  ua.on("registered", () => {
    refusals = 0;
    if (!session) show("ready");
  });
  ua.on("disconnected", () => mine === ua && !session && show("lost"));
  ua.on("registrationFailed", () => mine === ua && (session || show("lost"), setTimeout(() => renew({ register: true }), later())));
  ua.on("newRTCSession", taken);
  ua.start();
  renewing = setInterval(renew, RENEW);
}

const later = () => AGAIN[Math.min(refusals++, AGAIN.length - 1)];

async function renew({ register = false } = {}) {
  const mine = ua;
  try {
    const lent = await borrow();
    if (mine !== ua || !ua) return;
    ua.set("password", lent.password);
    if (register && ua.isConnected()) ua.register();
  } catch {
    if (mine === ua && register) setTimeout(() => renew({ register }), later());
  }
}

function stop(state = "off") {
  clearInterval(renewing);
  const [old, gives] = [ua, release];
  ua = session = release = null;
  old?.stop();
  gives?.();
  show(state);
}

// ---- a call ----

function taken({ session: call, originator }) {
  if (session) return call.terminate({ status_code: 486 });
  session = call;
  const number = call.remote_identity.uri.user.replace(/^\+84/, "0");
  show(originator === "remote" ? "rings" : "calls", { number });
  if (call.connection) listen(call.connection);
  else call.on("peerconnection", ({ peerconnection }) => listen(peerconnection));
  call.on("confirmed", () => show("talks", { number, since: Date.now() }));
  call.on("hold", ({ originator: who }) => who === "local" && show("held"));
  call.on("unhold", ({ originator: who }) => who === "local" && show("talks", { muted: call.isMuted().audio }));
  call.on("ended", () => over(call));
  call.on("failed", ({ cause, originator: who }) => over(call, who === "local" || originator === "remote" ? "" : said(cause)));
  call.on("getusermediafailed", () => over(call, words.failed));
}

function listen(connection) {
  connection.addEventListener("track", ({ streams, track }) => (voice.srcObject = streams[0] ?? new MediaStream([track])));
}

function said(cause) {
  const { BUSY, REJECTED, NOT_FOUND, ADDRESS_INCOMPLETE, NO_ANSWER, REQUEST_TIMEOUT, UNAVAILABLE, CANCELED } = JsSIP.C.causes;
  if (cause === CANCELED) return "";
  if (cause === BUSY) return words.busy;
  if (cause === REJECTED) return words.rejected;
  if ([NOT_FOUND, ADDRESS_INCOMPLETE].includes(cause)) return words.notfound;
  return [NO_ANSWER, REQUEST_TIMEOUT, UNAVAILABLE].includes(cause) ? words.unanswered : words.failed;
}

function over(call, why = "") {
  if (call !== session) return;
  session = null;
  voice.srcObject = null;
  show(ua?.isRegistered() ? "ready" : "lost");
  ended(why);
}

const media = () => ({ mediaConstraints: devices.wanted(), pcConfig: { iceServers: [] } });

function dial(number) {
  const clean = number.replace(/[^0-9+]/g, "");
  if (!ua?.isRegistered() || session || !clean) return false;
  ua.call(`sip:${clean}@${ua.configuration.uri.host}`, media());
  return true;
}

function tone(key) {
  const takes = session.connection.getSenders().some((one) => one.dtmf?.canInsertDTMF);
  if (takes) session.sendDTMF(key, { transportType: "RFC2833" });
  ended(takes ? "" : words.tones);
}

const acts = {
  start,
  take: () => start({ take: true }),
  stop: () => {
    localStorage.removeItem(LOCK);
    stop();
  },
  answer: () => session?.direction === "incoming" && !session.isEstablished() && session.answer(media()),
  end: () => session && (session.isEstablished() || session.direction === "outgoing" ? session.terminate() : session.terminate({ status_code: 486 })),
  hold: () => session?.isEstablished() && (session.isOnHold().local ? session.unhold() : session.hold()),
  mute: () => {
    if (!session) return;
    if (session.isMuted().audio) session.unmute({ audio: true });
    else session.mute({ audio: true });
    show("talks", { muted: session.isMuted().audio });
  },
};

place.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.act) acts[button.dataset.act]();
  if (button?.dataset.tone && session?.isEstablished()) tone(button.dataset.tone);
});

place.querySelector("[data-dial]").addEventListener("submit", (event) => {
  event.preventDefault();
  if (dial(event.target.elements[0].value)) event.target.reset();
});

// a number on the desk is called by a press; while the telephone is off the link is what it was
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="tel:"]');
  if (link && dial(link.getAttribute("href").slice(4))) event.preventDefault();
});

devices.changed(voice, async () => {
  const sender = session?.connection?.getSenders().find((one) => one.track?.kind === "audio");
  if (!sender) return;
  const stream = await navigator.mediaDevices.getUserMedia(devices.wanted()).catch(() => null);
  const old = sender.track;
  if (!stream) return;
  await sender.replaceTrack(stream.getAudioTracks()[0]);
  stream.getAudioTracks()[0].enabled = old.enabled;
  old.stop();
});

window.addEventListener("beforeunload", (event) => session && (event.preventDefault(), (event.returnValue = words.leave)));
window.addEventListener("pagehide", () => ua && stop());

// on again by itself where it was on and the microphone needs no asking
if (localStorage.getItem(LOCK) === "on") {
  const permission = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
  if (permission?.state === "granted") start();
}
