// Starts the app named by this script's own tag. A failure replaces the shell's skeleton with a sentence.
// A module has no `document.currentScript`; the tag is found by its data attribute.
const tag = document.querySelector("script[data-wasm]");

// Keeps the app's own files for use without a network. A newer version is kept beside, and taken over when the reader says so.
const keepForOffline = async () => {
  const registration = await navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" });
  if (!registration) return;
  const offer = () => {
    const banner = document.getElementById("newer-version");
    if (!registration.waiting || !navigator.serviceWorker.controller || !banner) return;
    banner.hidden = false;
    banner.querySelector("button").onclick = () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      registration.waiting.postMessage("take over");
    };
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
};

// What only the program's second part draws has a sheet of its own, which is there before any of it is drawn.
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

// The program's second part lies beside its first. The app asks for it once the first view is there, or another page is asked for; only then
// is there time for keeping all of them.
let isKept = false;
window.postureSecondPart = async () => {
  const [answer] = await Promise.all([fetch(tag.dataset.wasm.replace("_bg.wasm", "_later.wasm")), dress()]);
  if (!isKept) {
    isKept = true;
    // A browser that keeps nothing shows the app all the same.
    keepForOffline().catch((error) => console.info("not kept for offline use:", error));
  }
  return answer;
};

try {
  const app = await import(tag.dataset.js);
  // Compiling and starting are a task each. Where a host calls the program by a type of its own, the glue compiles it.
  const program = await WebAssembly.compileStreaming(fetch(tag.dataset.wasm)).catch(() => tag.dataset.wasm);
  await new Promise((resolve) => setTimeout(resolve));
  await app.default({ module_or_path: program });
} catch (error) {
  console.error(error);
  document.getElementById("boot-progress")?.remove();
  const detail = document.getElementById("boot-failure-detail");
  if (detail) detail.textContent = String(error);
  document.getElementById("boot-failure")?.removeAttribute("hidden");
}
