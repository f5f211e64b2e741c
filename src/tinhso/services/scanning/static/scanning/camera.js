// The camera: one page after the other, each sent at once; the server's check of the last one is shown beside it.
import { send } from "./sending.js";

const box = document.getElementById("camera");
const SLOW = 3000;

if (box) {
  const find = (name) => box.querySelector(`[${name}]`);
  const video = box.querySelector("video");
  const picture = box.querySelector("img");
  const devices = find("data-devices");
  let part = "";
  let stream = null;
  let count = 0;
  let drop = "";
  let newest = 0; // the photo shown: what is said of an earlier one changes nothing

  const problem = (text) => {
    find("data-problem").hidden = !text;
    find("data-problem").textContent = text;
  };
  const verdict = (text, level = "") => {
    find("data-verdict").textContent = text;
    box.querySelector(".camera-last").dataset.level = level;
  };

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    delete box.dataset.ready;
  }

  async function start(device) {
    stop();
    problem("");
    const wanted = { width: { ideal: 4096 }, height: { ideal: 3072 } };
    Object.assign(wanted, device ? { deviceId: { exact: device } } : { facingMode: { ideal: "environment" } });
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (error) {
      problem(error.name === "NotAllowedError" ? box.dataset.denied : box.dataset.missing);
      return;
    }
    if (!box.open) return stop();
    video.srcObject = stream;
    await video.play();
    box.dataset.ready = "";
    const found = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
    const used = stream.getVideoTracks()[0].getSettings().deviceId;
    devices.hidden = found.length < 2;
    devices.replaceChildren(
      ...found.map((one, number) => new Option(one.label || `${box.dataset.camera} ${number + 1}`, one.deviceId, false, one.deviceId === used)),
    );
  }

  function frame() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  }

  // the sensor's own picture where the browser gives it, finer than the film; else a frame
  async function shot() {
    const slow = new Promise((_resolve, reject) => setTimeout(reject, SLOW));
    try {
      return await Promise.race([new window.ImageCapture(stream.getVideoTracks()[0]).takePhoto(), slow]);
    } catch {
      return frame();
    }
  }

  async function shoot() {
    const button = find("data-shoot");
    if (!stream || button.disabled) return;
    button.disabled = true;
    const to = part;
    const photo = await shot();
    button.disabled = false;
    button.focus();
    if (!photo) return;
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(photo);
    picture.hidden = false;
    drop = "";
    find("data-again").hidden = true;
    verdict(box.dataset.sending);
    newest += 1;
    const mine = newest;
    count += 1;
    find("data-count").textContent = `(${count})`;
    send(photo, {
      part: to,
      origin: "camera",
      name: "trang.jpg",
      done(said) {
        if (mine !== newest) return;
        const page = said.taken?.[0];
        if (!page) return verdict(said.problems.join(" "), "bad");
        drop = page.drop;
        find("data-again").hidden = false;
        verdict(page.advice.join(" ") || box.dataset.good, page.level);
      },
    });
  }

  function again() {
    window.htmx.ajax("POST", drop, { target: "#scan-board", swap: "outerHTML" });
    count -= 1;
    find("data-count").textContent = count ? `(${count})` : "";
    find("data-again").hidden = picture.hidden = true;
    verdict("");
    find("data-shoot").focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-camera]");
    if (!button || button.closest("dialog")) return;
    [part, count, drop] = [button.dataset.camera, 0, ""];
    newest += 1;
    find("data-for").textContent = button.dataset.title;
    find("data-count").textContent = "";
    find("data-again").hidden = picture.hidden = true;
    verdict("");
    box.showModal();
    find("data-shoot").focus();
    start("");
  });
  find("data-shoot").addEventListener("click", shoot);
  find("data-again").addEventListener("click", again);
  find("data-close").addEventListener("click", () => box.close());
  devices.addEventListener("change", () => start(devices.value));
  box.addEventListener("close", stop);
}
