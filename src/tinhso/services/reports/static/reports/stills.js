// Pictures out of a film: drawn by the browser that plays it, and sent as files of the form, which works without this.

const form = document.querySelector("[data-stills]");
const part = (name) => form.querySelector(`[data-part=${name}]`);
const film = form.querySelector("video");
const chosen = form.querySelector("[name=stills]");
const left = Number(form.dataset.most) - Number(form.dataset.kept);
let taken = [];

function show() {
  const files = new DataTransfer();
  for (const file of taken) files.items.add(file);
  chosen.files = files.files;
  part("taken").replaceChildren(
    ...taken.map((file, index) => {
      const picture = Object.assign(new Image(), { src: URL.createObjectURL(file), alt: `${form.dataset.name} ${index + 1}` });
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: form.dataset.remove });
      remove.addEventListener("click", () => {
        taken.splice(index, 1);
        show();
      });
      const row = document.createElement("li");
      row.append(picture, remove);
      return row;
    }),
  );
  part("said").textContent = taken.length ? `${form.dataset.name}: ${taken.length}` : "";
}

async function take() {
  if (taken.length >= left) {
    part("said").textContent = form.dataset.full;
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = film.videoWidth;
  canvas.height = film.videoHeight;
  canvas.getContext("2d").drawImage(film, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  if (!blob) return;
  taken.push(new File([blob], `khung-hinh-${film.currentTime.toFixed(1)}.jpg`, { type: "image/jpeg" }));
  show();
}

const step = (seconds) => {
  film.pause();
  film.currentTime = Math.min(film.duration, Math.max(0, film.currentTime + seconds));
};
const playable = () => (part("tools").hidden = !film.videoWidth);
const unplayable = () => (part("unplayable").hidden = false);

film.addEventListener("loadeddata", playable);
film.addEventListener("error", unplayable);
part("take").addEventListener("click", take);
part("back").addEventListener("click", () => step(-0.2));
part("on").addEventListener("click", () => step(0.2));
chosen.addEventListener("change", () => {
  taken = [...chosen.files];
  show();
});
if (film.readyState >= 2) playable();
if (film.error) unplayable();
