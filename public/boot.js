// Starts the app that this script's tag names. If that fails, a sentence replaces the skeleton.
// A module has no `document.currentScript`, so the tag is found by its data attribute.
const tag = document.querySelector("script[data-wasm]");

// Caches the app's files for offline use. A newer version waits in the cache until the reader accepts it.
const keepForOffline = async () => {
  const registration = await navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" });
  if (!registration) return;
  const offer = () => {
    const banner = document.getElementById("newer-version");
    if (!registration.waiting || !navigator.serviceWorker.controller || !banner) return;
    banner.hidden = false;
    banner.querySelector("button").onclick = () => {
      // Another window may have taken it already.
      if (!registration.waiting) return location.reload();
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      registration.waiting.postMessage("take over");
    };
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
};

// Loads the second part's style sheet. It must be ready before the second part draws.
const dress = () =>
  new Promise((resolve, reject) => {
    const first = document.querySelector("link[rel=stylesheet]");
    const sheet = first.cloneNode();
    sheet.href = first.href.replace("styles-", "later-");
    sheet.onload = resolve;
    sheet.onerror = () => {
      sheet.remove();
      reject(new Error("no sheet"));
    };
    if (document.querySelector(`link[href="${sheet.href}"]`)) resolve();
    else document.head.append(sheet);
  });

// Fetches a further part of the program, which is next to the first. The app asks for the second part after the first view
// is painted, or when another page is opened. Caching for offline use waits until then.
let isKept = false;
window.posturePart = async (part) => {
  const file = fetch(tag.dataset.wasm.replace("_bg.wasm", `_${part}.wasm`));
  if (part !== "later") return file;
  const [answer] = await Promise.all([file, dress()]);
  if (!isKept) {
    isKept = true;
    // The app works without the cache.
    keepForOffline().catch((error) => console.info("not kept for offline use:", error));
  }
  return answer;
};

// Browsers refuse changes of history that are too frequent, such as those of a search while a key is held down.
// The router would end the app.
for (const change of ["pushState", "replaceState"]) {
  const ask = history[change].bind(history);
  history[change] = (...wanted) => {
    try {
      ask(...wanted);
    } catch (error) {
      console.warn(error);
    }
  };
}

try {
  const app = await import(tag.dataset.js);
  // Compile and start in separate tasks. If the host serves the program with another media type, the glue compiles it.
  const program = await WebAssembly.compileStreaming(fetch(tag.dataset.wasm)).catch(() => tag.dataset.wasm);
  await new Promise((resolve) => setTimeout(resolve));
  await app.default({ module_or_path: program });
} catch (error) {
  console.error(error);
  // If a kept file is damaged, the next load takes them from the server.
  if (navigator.onLine) navigator.serviceWorker?.getRegistration().then((kept) => kept?.unregister());
  document.getElementById("boot-progress")?.remove();
  const detail = document.getElementById("boot-failure-detail");
  if (detail) detail.textContent = String(error);
  document.getElementById("boot-failure")?.removeAttribute("hidden");
}
