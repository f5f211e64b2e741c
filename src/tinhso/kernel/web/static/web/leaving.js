// Whoever signs out, or has this device forget them, leaves nothing half written behind: before such a form (data-forgets) goes off,
// the databases of this site that are named "…-drafts" are deleted. What waits to be sent stays.

const PATIENCE = 1000;

const deleted = (name) =>
  new Promise((done) => {
    const asked = indexedDB.deleteDatabase(name);
    asked.onsuccess = asked.onerror = done;
  });

async function forgetDrafts() {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  await Promise.all(names.filter((name) => name.endsWith("-drafts")).map(deleted));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-forgets]") || event.defaultPrevented) return;
  event.preventDefault();
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  await Promise.race([forgetDrafts().catch(() => {}), late]); // nobody is kept from leaving
  form.submit();
});
