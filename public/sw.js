// Caches the app's files, so that it starts without a network. Evidence is never cached: nothing below /api is handled here.
// The build replaces this line, with the SHA-256 of the page and of each file. A worker with another line is a newer version, which
// waits until the reader accepts it.
const BUILD = { version: "unbuilt", page: "", files: {} };

const PREFIX = "posture-app-";
const CACHE = PREFIX + BUILD.version;
// Each page has its own content-security policy, which is cached with it.
const PAGES = ["/admin", "/open", "/compare"];

const pageOf = (path) => PAGES.find((page) => path === page || path.startsWith(page + "/")) ?? (path === "/" ? "/admin" : undefined);

const keep = async () => {
  const cache = await caches.open(CACHE);
  // A sign-in page that the server leads to is not the app.
  await cache.addAll([...PAGES, ...Object.keys(BUILD.files)].map((url) => new Request(url, { cache: "reload", redirect: "error" })));
};

const forgetOthers = async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
};

// The cached answer; none if the browser cannot read its cache.
const keptAnswer = (url) => caches.open(CACHE).then((cache) => cache.match(url)).catch(() => undefined);

// The cached answer, or the server's if there is none.
const answer = async (request, url) => (await keptAnswer(url)) ?? fetch(request);

// Whether an answer has the content that this version was built with. Reads the answer.
const isAsBuilt = async (answer, url) => {
  const bytes = await answer?.arrayBuffer().catch(() => undefined);
  if (!bytes) return false;
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
  return digest.map((byte) => byte.toString(16).padStart(2, "0")).join("") === (BUILD.files[url] ?? BUILD.page);
};

// Takes each cached file that is damaged or missing from the server, and caches it again. This ends before the page asks for any:
// a busy browser sometimes breaks off an answer whose file is being read a second time.
const renew = async () => {
  for (const url of [...PAGES, ...Object.keys(BUILD.files)]) {
    if (await isAsBuilt(await keptAnswer(url), url)) continue;
    const fresh = await fetch(url, { cache: "reload", redirect: "error" });
    if (fresh.ok && (await isAsBuilt(fresh.clone(), url))) await (await caches.open(CACHE)).put(url, fresh);
  }
};

// A proxy may ask its reader to sign in again, which a kept page never shows. So a reload first looks at what the server answers:
// a redirect (status 0 here), 401 or 403 is shown. A reload also renews the cache. The server has a few seconds, and may be gone.
const PATIENCE_MILLISECONDS = 3000;
const reloaded = async (request, url) => {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS));
  const inTime = (work) => Promise.race([work, late]).catch(() => undefined);
  const [current] = await Promise.all([inTime(fetch(request)), inTime(renew())]);
  return [0, 401, 403].includes(current?.status) ? current : answer(request, url);
};

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = event.request.mode === "navigate";
  const kept = isPage ? pageOf(url.pathname) : url.pathname in BUILD.files && url.pathname;
  const isReload = isPage && event.request.cache === "no-cache";
  if (kept) event.respondWith(isReload ? reloaded(event.request, kept) : answer(event.request, kept));
});
