// What is being written is kept in this browser until it is sent or thrown away: a closed page or an empty battery loses nothing.
// Databases of their own, apart from the outbox: the service worker knows that one. Words change with every pause, photos and films do
// not: those are written only when they are others. Both names end in "-drafts": whoever leaves deletes them (web/leaving.js).
import { within } from "./store.js";

const [WORDS, PHOTOS, TABLE] = ["tinhso-reports-drafts", "tinhso-reports-photos-drafts", "drafts"];
const MOST = 3;
const DAYS = 30;
const PAUSE = 400;

const table = (database, mode, work) => within(database, [TABLE], TABLE, mode, work);
let kept = { key: "", files: [] };

async function put({ files, ...draft }) {
  const same = kept.key === draft.key && kept.files.length === files.length && files.every((file, place) => file === kept.files[place]);
  if (!same) {
    await table(PHOTOS, "readwrite", (store) => store.put({ key: draft.key, files }));
    kept = { key: draft.key, files: [...files] };
  }
  await table(WORDS, "readwrite", (store) => store.put(draft));
}

async function remove(key) {
  if (kept.key === key) kept = { key: "", files: [] };
  await table(WORDS, "readwrite", (store) => store.delete(key));
  await table(PHOTOS, "readwrite", (store) => store.delete(key));
}

async function replace(key, draft) {
  await put(draft);
  await remove(key);
}

async function all() {
  const files = new Map((await table(PHOTOS, "readonly", (store) => store.getAll())).map((one) => [one.key, one.files]));
  return (await table(WORDS, "readonly", (store) => store.getAll())).map((draft) => ({ ...draft, files: files.get(draft.key) ?? draft.files ?? [] }));
}

async function unfinished() {
  const found = (await all()).sort((one, other) => other.at - one.at);
  const oldest = Date.now() - DAYS * 86_400_000;
  const gone = found.filter((draft, place) => place >= MOST || draft.at < oldest);
  for (const draft of gone) await remove(draft.key);
  return found.filter((draft) => !gone.includes(draft));
}

/**
 * Keep what stands in a form from now on, and offer what was left half written.
 * read: {key, fields, files} as it stands, or null where nothing is worth keeping. restore: puts a draft's words
 * and photos back into the form, under a key of the form's own: two tabs that go on with one draft send two reports.
 * offer: shows drafts, and calls back with one and whether to go on with it. problem: says that there is no room.
 * Returns {changed, forget}: to be called when the form has changed, and with the key of what was sent.
 */
export function keepWriting({ read, restore, offer, problem }) {
  let timer = 0;
  let work = Promise.resolve();
  const inTurn = (act) => (work = work.then(act).catch(problem));

  const save = () => {
    clearTimeout(timer);
    timer = 0;
    const draft = read();
    if (draft) inTurn(() => put({ ...draft, at: Date.now() }));
  };
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  const forget = (key) => {
    clearTimeout(timer);
    timer = 0;
    return inTurn(() => remove(key));
  };
  const takeUp = (draft) => {
    restore(draft);
    const here = read();
    return here && inTurn(() => replace(draft.key, { ...here, at: Date.now() }));
  };
  const show = async () => {
    const here = read()?.key;
    offer(
      (await unfinished()).filter((draft) => draft.key !== here),
      async (draft, go) => {
        if (go) await takeUp(draft);
        else await forget(draft.key);
        await show();
      },
    );
  };
  // a page that is put away may never come back
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && timer && save());
  inTurn(show);
  return { changed, forget };
}
