// A short word that something happened, read out politely and gone after a while (not while the pointer or the focus is on it).

export function toast(text, tone = "info") {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  const note = document.createElement("div");
  note.className = `notice notice-${tone}`;
  note.textContent = text;
  place.append(note);
  const leave = () => (note.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : note.remove());
  setTimeout(leave, 6000);
  return note;
}
