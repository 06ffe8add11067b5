/* Bytes, hexadecimal and big numbers. Hashes, content ids and digests are lower-case hex without 0x everywhere here. */

/** Write bytes as hexadecimal. */
export function hexOf(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Read lower-case hexadecimal, without 0x. Throws RangeError. */
export function bytesOf(hex) {
  if (!/^([0-9a-f]{2})*$/.test(hex)) throw new RangeError("not hexadecimal");
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function equalBytes(left, right) {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

/** Read a big-endian number of any length, as a BigInt. */
export function numberOf(bytes) {
  return bytes.length ? BigInt(`0x${hexOf(bytes)}`) : 0n;
}

/** Write a BigInt as 32 bytes. Throws RangeError where it does not fit. */
export function wordBytes(number) {
  if (number < 0n || number >> 256n) throw new RangeError("does not fit 256 bits");
  return bytesOf(number.toString(16).padStart(64, "0"));
}

export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** Read UTF-8 strictly, a byte order mark as itself. Throws TypeError. */
export function textOf(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** Hash with SHA-256; hexadecimal. */
export async function sha256(bytes) {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
