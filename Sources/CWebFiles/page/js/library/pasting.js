import { takesKeys } from "../core/dom.js";

/**
 * Takes what is pasted anywhere but in a field: files are uploaded, an address is offered to be fetched.
 * @param {{files: (files: File[]) => void, address: (url: string) => void}} take
 */
export function acceptPastes(take, signal) {
  const listen = (event) => {
    if (takesKeys(event.target)) return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) return take.files(files);
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (isAddress(text)) take.address(text);
    return undefined;
  };
  document.addEventListener("paste", listen, { signal });
}

function isAddress(text) {
  return !/\s/.test(text) && URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}
