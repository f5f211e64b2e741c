// The applicant signs on a pad or a touch screen; the picture goes with the form. Without script one signs on paper.
for (const field of document.querySelectorAll("[data-signature]")) {
  const pad = field.querySelector("[data-pad]");
  const canvas = pad.querySelector("canvas");
  const value = pad.querySelector("input[name=signature]");
  const pen = canvas.getContext("2d");
  let drawing = false;

  function blank() {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = "#111";
    pen.lineWidth = 3;
    pen.lineCap = pen.lineJoin = "round";
    value.value = "";
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  }

  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...place(event));
    pen.stroke();
    value.value = "drawn";
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      drawing = false;
      if (value.value) value.value = canvas.toDataURL("image/png");
    });
  }
  pad.querySelector("[data-clear]").addEventListener("click", blank);
  blank();
  pad.hidden = false;
}
