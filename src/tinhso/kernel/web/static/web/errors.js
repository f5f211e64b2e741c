// After a refused form, the summary of what is wrong is the first thing a keyboard or screen reader meets.

const focus = (root) => root.querySelector(".error-summary")?.focus();
focus(document);
document.addEventListener("htmx:load", (event) => focus(event.target));
