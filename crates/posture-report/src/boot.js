// Starts the app from the blocks of this page; nothing is fetched. The snapshot stays compressed until the app asks for it.
const only = (id) => {
  const blocks = document.querySelectorAll(`[id="${id}"]`);
  if (blocks.length === 1) return blocks[0];
  throw new Error(`This page has ${blocks.length} blocks "${id}" instead of one. It was changed after it was written; do not rely on it.`);
};
const bytesOf = (id) => {
  const text = atob(only(id).textContent.trim());
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
};
const unpacked = (id) => new Response(new Blob([bytesOf(id)]).stream().pipeThrough(new DecompressionStream("gzip")));

window.postureSnapshot = () => unpacked("posture-snapshot").blob();
// WebAssembly.instantiateStreaming accepts only a response of this type.
window.posturePart = async (part) => {
  const bytes = await unpacked(`posture-${part}`).arrayBuffer();
  return new Response(bytes, { headers: { "content-type": "application/wasm" } });
};

try {
  only("posture-manifest");
  only("posture-snapshot");
  await __wbg_init({ module_or_path: await unpacked("posture-program").arrayBuffer() });
} catch (error) {
  console.error(error);
  document.getElementById("boot-progress")?.remove();
  const detail = document.getElementById("boot-failure-detail");
  if (detail) detail.textContent = String(error);
  document.getElementById("boot-failure")?.removeAttribute("hidden");
}
