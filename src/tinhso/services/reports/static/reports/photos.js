// On a photo, faces and number plates can be made unreadable before it is sent.
import { asBlob } from "../files/prepare.js";

const BLOCKS = 7; // a covered area keeps so many squares across

// the area becomes a few large squares: what was there cannot be computed back
function cover(canvas, left, top, width, height) {
  const small = document.createElement("canvas");
  small.width = BLOCKS;
  small.height = Math.max(1, Math.round((BLOCKS * height) / width));
  const context = canvas.getContext("2d");
  small.getContext("2d").drawImage(canvas, left, top, width, height, 0, 0, small.width, small.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, small.width, small.height, left, top, width, height);
}

/** Open the dialog on a photo. Resolves to the photo with areas covered, or to itself when nothing was. */
export async function blurred(dialog, photo) {
  const canvas = dialog.querySelector("canvas");
  const original = await createImageBitmap(photo.blob);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let areas = [];
  const redraw = (open = null) => {
    canvas.width = original.width;
    canvas.height = original.height;
    context.drawImage(original, 0, 0);
    for (const area of areas) cover(canvas, ...area);
    if (open) {
      context.lineWidth = Math.max(2, canvas.width / 200);
      context.strokeStyle = "#fff";
      context.setLineDash([12, 8]);
      context.strokeRect(...open);
    }
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  // a tap covers a square around it; a drag the box it draws
  const area = ([x0, y0], [x1, y1]) => {
    const tap = canvas.width / 7;
    let [left, top, width, height] = [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];
    if (width < tap / 4 || height < tap / 4) [left, top, width, height] = [x1 - tap / 2, y1 - tap / 2, tap, tap];
    left = Math.max(0, left);
    top = Math.max(0, top);
    return [left, top, Math.max(1, Math.min(width, canvas.width - left)), Math.max(1, Math.min(height, canvas.height - top))].map(Math.round);
  };
  let start = null;
  const listening = new AbortController();
  const on = (node, name, act) => node.addEventListener(name, act, { signal: listening.signal });
  on(canvas, "pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    start = at(event);
  });
  on(canvas, "pointermove", (event) => start && redraw(area(start, at(event))));
  on(canvas, "pointercancel", () => {
    start = null;
    redraw();
  });
  on(canvas, "pointerup", (event) => {
    if (!start) return;
    areas.push(area(start, at(event)));
    start = null;
    redraw();
  });
  on(dialog.querySelector("[data-part=undo]"), "click", () => {
    areas.pop();
    redraw();
  });
  // without a pointer: the whole photo, coarse
  on(dialog.querySelector("[data-part=all]"), "click", () => {
    areas.push([0, 0, canvas.width, canvas.height]);
    redraw();
  });
  redraw();
  dialog.showModal();
  const answer = await new Promise((done) => on(dialog, "close", () => done(dialog.returnValue)));
  listening.abort();
  const changed = answer === "keep" && areas.length > 0;
  const blob = changed ? await asBlob(canvas) : photo.blob;
  original.close();
  return { ...photo, blob, covered: photo.covered || changed };
}
