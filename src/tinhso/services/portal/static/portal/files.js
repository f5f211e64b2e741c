// A file that is too large is refused before it is sent, which spares a telephone the upload. The server checks again.

for (const input of document.querySelectorAll("input[type=file][data-limit]")) {
  input.addEventListener("change", () => {
    const limit = Number(input.dataset.limit);
    const large = [...input.files].filter((file) => file.size > limit);
    input.parentElement.querySelector(".too-large")?.remove();
    if (!large.length) return;
    const note = document.createElement("span");
    note.className = "field-error too-large";
    note.setAttribute("role", "alert");
    note.textContent = `${large.map((file) => file.name).join(", ")}: ${input.dataset.tooLarge}`;
    input.before(note);
    input.value = "";
  });
}
