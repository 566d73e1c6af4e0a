// Starts the app named by this script's own tag. A failure replaces the shell's skeleton with a sentence.
// A module has no `document.currentScript`; the tag is found by its data attribute.
const tag = document.querySelector("script[data-wasm]");

try {
  const app = await import(tag.dataset.js);
  await app.default({ module_or_path: tag.dataset.wasm });
} catch (error) {
  console.error(error);
  document.getElementById("boot-progress")?.remove();
  const detail = document.getElementById("boot-failure-detail");
  if (detail) detail.textContent = String(error);
  document.getElementById("boot-failure")?.removeAttribute("hidden");
}
