// The call screen: asks every few seconds, says what is new, and says so when it cannot ask.
const board = document.querySelector("[data-board]");
const lost = document.querySelector("[data-lost]");
const clock = document.querySelector("[data-clock]");
const unlock = document.querySelector("[data-unlock]");
const EVERY = 2500;
const PATIENCE = 8000;
const STALE = 60; // seconds after which a call is no longer spoken

const said = new Set(calls().map((call) => call.dataset.call));
const queue = [];
let speaking = false;
let sound = null;

function calls() {
  return [...board.querySelectorAll("[data-call]")];
}

async function refresh() {
  try {
    const answer = await fetch(board.dataset.board, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    board.innerHTML = await answer.text();
    lost.hidden = true;
    announce();
  } catch {
    lost.hidden = false;
  }
  clock.textContent = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
  setTimeout(refresh, EVERY);
}

function announce() {
  for (const call of calls().reverse()) {
    if (said.has(call.dataset.call)) continue;
    said.add(call.dataset.call);
    call.classList.add("board-new");
    if (Number(call.dataset.age) < STALE) queue.push({ voice: call.dataset.voice, words: call.dataset.words });
  }
  speak();
}

async function speak() {
  if (speaking || sound?.state !== "running") return;
  speaking = true;
  while (queue.length) {
    const call = queue.shift();
    chime();
    await pause(900);
    await (play(call.voice).catch(() => browserVoice(call.words)));
  }
  speaking = false;
}

const pause = (time) => new Promise((done) => setTimeout(done, time));

function chime() {
  for (const [start, pitch] of [[0, 659], [0.3, 523]]) {
    const tone = sound.createOscillator();
    const loud = sound.createGain();
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0.2, sound.currentTime + start);
    loud.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + start + 0.5);
    tone.connect(loud).connect(sound.destination);
    tone.start(sound.currentTime + start);
    tone.stop(sound.currentTime + start + 0.5);
  }
}

async function play(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(answer.status);
  const source = sound.createBufferSource();
  source.buffer = await sound.decodeAudioData(await answer.arrayBuffer());
  source.connect(sound.destination);
  await new Promise((done) => {
    source.onended = done;
    source.start();
  });
}

// Without the server's voice: the browser's, when it speaks Vietnamese; else the chime was all.
async function browserVoice(words) {
  const voice = window.speechSynthesis?.getVoices().find((one) => one.lang.toLowerCase().startsWith("vi"));
  if (!voice) return;
  const speech = new SpeechSynthesisUtterance(words);
  speech.voice = voice;
  speech.lang = voice.lang;
  await new Promise((done) => {
    speech.onend = speech.onerror = done;
    speechSynthesis.speak(speech);
  });
}

// Browsers let a page sound after one tap; a kiosk browser may be set to need none.
function ready() {
  unlock.hidden = sound?.state === "running";
}
sound = new AudioContext();
sound.onstatechange = ready;
ready();
document.addEventListener("pointerdown", () => sound.resume().then(speak));
document.addEventListener("keydown", () => sound.resume().then(speak));
setTimeout(refresh, EVERY);
