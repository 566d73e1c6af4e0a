// Caches the app's files, so that it starts without a network. Evidence is never cached: nothing below /api is handled here.
// The build replaces this line. A worker with another line is a newer version, which waits until the reader accepts it.
const BUILD = { version: "unbuilt", files: [] };

const PREFIX = "posture-app-";
const CACHE = PREFIX + BUILD.version;
// Each page has its own content-security policy, which is cached with it.
const PAGES = ["/admin", "/open", "/compare"];

const pageOf = (path) => PAGES.find((page) => path === page || path.startsWith(page + "/")) ?? (path === "/" ? "/admin" : undefined);

const keep = async () => {
  const cache = await caches.open(CACHE);
  await cache.addAll([...PAGES, ...BUILD.files].map((url) => new Request(url, { cache: "reload" })));
};

const forgetOthers = async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
};

const answer = async (request, url) => (await (await caches.open(CACHE)).match(url)) ?? fetch(request);

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const kept = event.request.mode === "navigate" ? pageOf(url.pathname) : BUILD.files.find((file) => file === url.pathname);
  if (kept) event.respondWith(answer(event.request, kept));
});
