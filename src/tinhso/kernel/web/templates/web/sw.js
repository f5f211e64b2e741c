// Keeps one page for the moment the network is gone. It stores nothing else: pages hold personal data.
const NAME = "offline-{% static 'web/components.css' %}";
const KEPT = [
  "{% url 'offline' %}",
  "{% static 'vendor/tabler/tabler.min.css' %}",
  "{% static 'web/tokens.css' %}",
  "{% static 'web/base.css' %}",
  "{% static 'web/components.css' %}",
  "{% static 'web/favicon.svg' %}",
  "{% static 'vendor/icons.svg' %}",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("offline-") && name !== NAME).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match("{% url 'offline' %}")));
  } else if (!self.navigator.onLine && KEPT.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
  }
});
