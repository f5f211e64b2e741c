// Boxes drawn over a photo: each is a line of the text box, which says the same in numbers and works without this.

for (const frame of document.querySelectorAll("[data-blur]")) {
  const list = document.getElementById(frame.dataset.blur);
  const round = (number) => Math.round(number * 10) / 10;
  let start = null;
  let drawn = null;

  const at = (event) => {
    const { left, top, width, height } = frame.getBoundingClientRect();
    const percent = (value, whole) => Math.min(100, Math.max(0, (value / whole) * 100));
    return [percent(event.clientX - left, width), percent(event.clientY - top, height)];
  };
  const put = (mark, [left, top, width, height]) => {
    mark.style.left = `${left}%`;
    mark.style.top = `${top}%`;
    mark.style.width = `${width}%`;
    mark.style.height = `${height}%`;
  };
  const box = ([x, y], [u, v]) => [Math.min(x, u), Math.min(y, v), Math.abs(x - u), Math.abs(y - v)].map(round);
  const redraw = () => {
    for (const mark of frame.querySelectorAll("span")) mark.remove();
    for (const line of list.value.split("\n")) {
      const numbers = line.trim().split(/[\s;]+/).map((one) => Number(one.replace(",", ".")));
      if (numbers.length === 4 && numbers.every(Number.isFinite)) put(frame.appendChild(document.createElement("span")), numbers);
    }
  };

  frame.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    start = at(event);
    drawn = frame.appendChild(document.createElement("span"));
  });
  frame.addEventListener("pointermove", (event) => start && put(drawn, box(start, at(event))));
  frame.addEventListener("pointercancel", () => {
    start = null;
    redraw();
  });
  frame.addEventListener("pointerup", (event) => {
    if (!start) return;
    const [left, top, width, height] = box(start, at(event));
    start = null;
    if (width >= 0.5 && height >= 0.5) list.value = [list.value.trim(), `${left} ${top} ${width} ${height}`].filter(Boolean).join("\n");
    redraw();
  });
  list.addEventListener("input", redraw);
  redraw();
}
