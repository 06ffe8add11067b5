/* Find the bundle inside a certificate: the embedded files of a PDF, inflated by the browser, with a bound. */

import { InputFault } from "./faults.js";

const STREAMS_MAX = 64;
const BUNDLE_MAX_BYTES = 64 * 1024 * 1024;
const DICTIONARY_MAX = 4096;

/** Say whether these bytes begin as a PDF does. */
export function isPdf(bytes) {
  return latin(bytes.subarray(0, 5)) === "%PDF-";
}

/** Say whether these bytes begin as a ZIP does. */
export function isZip(bytes) {
  return latin(bytes.subarray(0, 4)) === "PK\x03\x04";
}

/**
 * Give the first embedded file of a PDF that is a ZIP. Throws InputFault.
 *
 * Nothing in a PDF is trusted: what is found here is a bundle only if it holds by itself.
 */
export async function bundleInPdf(bytes) {
  const text = latin(bytes);
  let at = -1;
  for (let count = 0; count < STREAMS_MAX; count += 1) {
    at = text.indexOf("/EmbeddedFile", at + 1);
    if (at < 0) break;
    const found = /^s\b/.test(text.slice(at + 13, at + 15)) ? null : await embedded(bytes, text, at);
    if (found && isZip(found)) return found;
  }
  throw new InputFault("no evidence bundle is attached to this PDF");
}

/** Give the content of the embedded file whose dictionary holds position `at`; null where it cannot be read. */
async function embedded(bytes, text, at) {
  const start = text.indexOf("stream", at);
  const head = text.lastIndexOf(" obj", at);
  if (start < 0 || head < 0 || start - head > DICTIONARY_MAX) return null;
  const dictionary = text.slice(head, start);
  const length = /\/Length ([0-9]{1,9})(?! [0-9]+ R)/.exec(dictionary);
  if (!length) return null;
  const first = start + "stream".length + (text.startsWith("\r\n", start + 6) ? 2 : 1);
  const content = bytes.subarray(first, first + Number(length[1]));
  if (!/\/Filter/.test(dictionary)) return content;
  return /\/Filter *\[? *\/FlateDecode *\]?/.test(dictionary) ? inflate(content) : null;
}

async function inflate(content) {
  const parts = [];
  let size = 0;
  try {
    const reader = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      if (size > BUNDLE_MAX_BYTES) return null;
      parts.push(part.value);
    }
  } catch {
    return null;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function latin(bytes) {
  return new TextDecoder("latin1").decode(bytes);
}
