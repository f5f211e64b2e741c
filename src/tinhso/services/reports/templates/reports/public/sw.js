{% load get_static_prefix from static %}
// Keeps the empty form for the moment without network, and sends the reports that wait when there is one again.
// Of other pages it keeps the one that says so: pages hold personal data. Both are fetched without cookies, as a visitor would see it.
import { sendWaiting, waiting } from "{{ outbox }}";

const NAME = "reports-{{ outbox }}-{% static 'reports/send.js' %}-{% static 'web/components.css' %}";
const FORM = "{% url 'reports:send' %}";
const OFFLINE = "{% url 'offline' %}";
const KEPT = new Set([{% for module in modules %}"{{ module }}", {% endfor %}"{{ outbox }}", "{% url 'reports:manifest' %}", "{% url 'reports:icon' 192 %}"]);

async function fill() {
  const cache = await caches.open(NAME);
  for (const address of [FORM, OFFLINE]) {
    const page = await fetch(address, { credentials: "omit", cache: "no-store" });
    if (!page.ok) throw new Error(`${address}: ${page.status}`);
    const text = await page.clone().text();
    for (const [, part] of text.matchAll(/(?:href|src)="(\/static\/[^"#]+\.(?:css|js|svg|woff2))[#"]/g)) KEPT.add(part);
    await cache.put(address, page);
  }
  await Promise.all([...KEPT].map((address) => cache.add(address)));
}

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("reports-") && name !== NAME;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const kept = async (request) => (await caches.open(NAME)).match(request);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async (problem) => (await kept(pathname === FORM ? FORM : OFFLINE)) ?? Promise.reject(problem)));
  } else if (pathname.startsWith("{% get_static_prefix %}") || pathname === "{% url 'reports:manifest' %}") {
    event.respondWith(fetch(request).catch(async (problem) => (await kept(pathname)) ?? Promise.reject(problem)));
  }
});

// Background Sync: also after the page, or the browser, was closed
self.addEventListener("sync", (event) => {
  if (event.tag !== "reports") return;
  const send = async () => {
    await sendWaiting(FORM);
    for (const client of await self.clients.matchAll()) client.postMessage("sent");
    if ((await waiting()).some((report) => !report.problem)) throw new Error("some still wait"); // asks for another try
  };
  event.waitUntil(send());
});
