// Boxes over a photo, drawn by mouse or finger, or put and moved by keys. Each is a line of the text box, which says the same in
// numbers and works without this.

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SMALLEST = 0.5;
const FIRST = [40, 40, 20, 20]; // where a box begins that is put without a pointer

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
const round = (number) => Math.round(number * 10) / 10;

for (const frame of document.querySelectorAll("[data-blur]")) {
  const list = document.getElementById(frame.dataset.blur);
  const tools = frame.parentElement.querySelector("[data-part=tools]");
  const part = (name) => tools.querySelector(`[data-part=${name}]`);
  let start = null;
  let drawn = null;
  let chosen = -1; // the box that was drawn, moved or touched last

  const lines = () => list.value.split("\n").filter((line) => line.trim());
  const numbers = (line) => line.trim().split(/[\s;]+/).map((one) => Number(one.replace(",", ".")));
  const whole = (box) => box.length === 4 && box.every(Number.isFinite);

  const at = (event) => {
    const { left, top, width, height } = frame.getBoundingClientRect();
    return [clamp(((event.clientX - left) / width) * 100, 0, 100), clamp(((event.clientY - top) / height) * 100, 0, 100)];
  };
  const between = ([x, y], [u, v]) => [Math.min(x, u), Math.min(y, v), Math.abs(x - u), Math.abs(y - v)].map(round);
  const put = (mark, box) => ["left", "top", "width", "height"].forEach((side, place) => (mark.style[side] = `${box[place]}%`));

  const write = (all, focus = -1) => {
    list.value = all.join("\n");
    redraw();
    if (focus >= 0) frame.querySelector(`[data-line="${focus}"]`)?.focus();
  };
  const mark = (line) => {
    const made = Object.assign(document.createElement("button"), { type: "button" });
    made.dataset.line = line;
    made.setAttribute("aria-label", frame.dataset.box.replace("{n}", line + 1));
    made.addEventListener("focus", () => (chosen = line));
    made.addEventListener("keydown", (event) => byKey(event, line));
    return frame.appendChild(made);
  };
  function redraw() {
    for (const old of frame.querySelectorAll("button")) old.remove();
    lines().forEach((line, place) => whole(numbers(line)) && put(mark(place), numbers(line)));
    part("remove").disabled = !lines().length;
  }
  function byKey(event, line) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      return remove(line);
    }
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const all = lines();
    let [left, top, width, height] = numbers(all[line]);
    if (event.shiftKey) [width, height] = [clamp(width + move[0], 1, 100 - left), clamp(height + move[1], 1, 100 - top)];
    else [left, top] = [clamp(left + move[0], 0, 100 - width), clamp(top + move[1], 0, 100 - height)];
    all[line] = [left, top, width, height].map(round).join(" ");
    write(all, line);
  }
  const add = (box) => {
    chosen = lines().length;
    write([...lines(), box.join(" ")]);
  };
  function remove(line) {
    const all = lines().toSpliced(line, 1);
    chosen = Math.min(line, all.length - 1);
    write(all, chosen);
    if (chosen < 0) part("add").focus();
  }

  frame.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    start = at(event);
    drawn = frame.appendChild(document.createElement("span"));
  });
  frame.addEventListener("pointermove", (event) => start && event.isPrimary && put(drawn, between(start, at(event))));
  const stop = () => {
    drawn?.remove();
    start = drawn = null;
  };
  frame.addEventListener("pointercancel", stop);
  frame.addEventListener("pointerup", (event) => {
    if (!start || !event.isPrimary) return;
    const box = between(start, at(event));
    const [x, y] = start;
    stop();
    if (box[2] >= SMALLEST && box[3] >= SMALLEST) return add(box);
    const touched = lines().findLastIndex((line) => {
      const [left, top, width, height] = numbers(line);
      return x >= left && x <= left + width && y >= top && y <= top + height;
    });
    frame.querySelector(`[data-line="${touched}"]`)?.focus();
  });
  part("add").addEventListener("click", () => {
    add(FIRST);
    frame.querySelector(`[data-line="${chosen}"]`)?.focus();
  });
  part("remove").addEventListener("click", () => remove(chosen in lines() ? chosen : lines().length - 1));
  list.addEventListener("input", redraw);
  tools.hidden = false;
  redraw();
}
