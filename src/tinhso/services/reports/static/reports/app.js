// The service worker of the reports app: it keeps the form for the moment without network and sends the outbox when there is one.
if ("serviceWorker" in navigator && window.isSecureContext) navigator.serviceWorker.register("/phan-anh/sw.js", { scope: "/phan-anh/", type: "module" });
