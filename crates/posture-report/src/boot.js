// Starts the app of this file from the blocks it carries; nothing is fetched. The snapshot waits, packed, until the app asks for it.
const bytesOf = (id) => {
  const text = atob(document.getElementById(id).textContent.trim());
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
};
const unpacked = (id) => new Response(new Blob([bytesOf(id)]).stream().pipeThrough(new DecompressionStream("gzip")));

window.postureSnapshot = () => unpacked("posture-snapshot").blob();
// The program is compiled from answers of this kind alone.
window.postureSecondPart = async () => {
  const bytes = await unpacked("posture-second-part").arrayBuffer();
  return new Response(bytes, { headers: { "content-type": "application/wasm" } });
};

try {
  await __wbg_init({ module_or_path: await unpacked("posture-program").arrayBuffer() });
} catch (error) {
  console.error(error);
  document.getElementById("boot-progress")?.remove();
  const detail = document.getElementById("boot-failure-detail");
  if (detail) detail.textContent = String(error);
  document.getElementById("boot-failure")?.removeAttribute("hidden");
}
