// Reports waiting in this browser, kept in IndexedDB until the server has them. Used by the page and by the service worker.
// Each carries a key made here, once: however often it is sent, the server takes it in once.
import { within as withinTable } from "./store.js";

const DATABASE = "tinhso-reports";
const WAITING = "waiting";
const SENT = "sent";
const KEPT = 20;

const within = (table, mode, work) => withinTable(DATABASE, [WAITING, SENT], table, mode, work);
const newestFirst = (rows) => rows.sort((one, other) => other.at - one.at);
export const keep = (report) => within(WAITING, "readwrite", (store) => store.put(report));
export const drop = (key) => within(WAITING, "readwrite", (store) => store.delete(key));
export const waiting = async () => newestFirst(await within(WAITING, "readonly", (store) => store.getAll()));
export const sent = async () => newestFirst(await within(SENT, "readonly", (store) => store.getAll()));
export const forget = () => within(SENT, "readwrite", (store) => store.clear());

async function remember(report, answer) {
  await within(SENT, "readwrite", (store) => store.put({ key: report.key, at: Date.now(), ...answer }));
  for (const old of (await sent()).slice(KEPT)) await within(SENT, "readwrite", (store) => store.delete(old.key));
}

export function formOf(report) {
  const form = new FormData();
  for (const [name, value] of Object.entries(report.fields)) form.set(name, value);
  form.set("key", report.key);
  for (const { name, blob } of report.files) form.append("photos", blob, name);
  return form;
}

// An answer nobody needs to try again for: taken in, or refused for what it says. Not so: sign in first, too slow, too often, a token too
// old, or the server's own trouble.
const final = (status, body) => status < 300 || (status >= 400 && status < 500 && ![401, 408, 429].includes(status) && body.code !== "session_expired");

async function post(address, form, token) {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const answer = await fetch(address, { method: "POST", body: form, headers, credentials: "same-origin" });
  return { status: answer.status, body: await answer.json().catch(() => ({})) };
}

/**
 * Send what waits, one after the other, by one page or worker at a time.
 * `by` may send in its own way (a page shows progress); `address` is the form's, `address + "the/"` gives the token.
 * Resolves to what became of each: {report, answer} taken in, {report, problem} refused, {report, waits} told to wait: waits.status, and
 * waits.detail where the server said why; null where the line broke.
 */
export function sendWaiting(address, by = post) {
  return navigator.locks.request("tinhso-reports", async () => {
    const outcomes = [];
    for (const report of (await waiting()).filter((one) => !one.problem).reverse()) {
      let token;
      try {
        ({ token } = await (await fetch(`${address}the/`, { credentials: "same-origin", cache: "no-store" })).json());
      } catch {
        break; // no network: what waits goes on waiting
      }
      try {
        const { status, body } = await by(address, formOf(report), token);
        if (!final(status, body)) {
          report.waits = { status, detail: body.detail };
          await keep(report);
          outcomes.push({ report, waits: report.waits });
          continue; // one that cannot go does not hold back those behind it
        }
        if (status < 300 && body.code) {
          await remember(report, body);
          await drop(report.key);
          outcomes.push({ report, answer: body });
        } else {
          report.problem = body.detail || body.title || String(status);
          await keep(report);
          outcomes.push({ report, problem: report.problem });
        }
      } catch {
        outcomes.push({ report, waits: null }); // the line broke while this one was under way
      }
    }
    return outcomes;
  });
}
