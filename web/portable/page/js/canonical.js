/* Canonical JSON (RFC 8785, and text in NFC): one value, one spelling. JavaScript's own numbers and key order are its rules. */

import { textOf } from "./bytes.js";
import { DocumentFault } from "./faults.js";

const SIZE_MAX_BYTES = 256 * 1024;
const DEPTH_MAX = 32;

/** Write a value in its canonical spelling. */
export function canonicalText(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`).join(",")}}`;
}

/** Read an object that must be in canonical form, byte for byte: a repeated key or a rounded number differs. */
export function parseCanonical(bytes) {
  const value = parseJson(bytes, SIZE_MAX_BYTES);
  check(value, 1);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new DocumentFault("a document is a JSON object");
  if (canonicalText(value) !== textOf(bytes)) throw new DocumentFault("not in canonical form (RFC 8785)");
  return value;
}

/** Read JSON of at most `sizeMax` bytes. Throws DocumentFault. */
export function parseJson(bytes, sizeMax) {
  if (bytes.length > sizeMax) throw new DocumentFault(`${bytes.length} bytes, at most ${sizeMax}`);
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    throw new DocumentFault("not JSON in UTF-8");
  }
}

function check(value, depth) {
  if (depth > DEPTH_MAX) throw new DocumentFault("nested deeper than 32");
  if (typeof value === "string") checkText(value);
  else if (typeof value === "number") checkNumber(value);
  else if (Array.isArray(value)) value.forEach((member) => check(member, depth + 1));
  else if (value !== null && typeof value === "object") {
    for (const key of Object.keys(value)) {
      checkText(key);
      check(value[key], depth + 1);
    }
  }
}

function checkText(text) {
  if (/^[\0-\x7f]*$/.test(text)) return;
  if (text.normalize("NFC") !== text) throw new DocumentFault("text is not in Unicode form NFC");
  if (/\p{Surrogate}/u.test(text)) throw new DocumentFault("text holds half a surrogate pair");
}

function checkNumber(number) {
  if (!Number.isFinite(number)) throw new DocumentFault("not a JSON number");
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) throw new DocumentFault("a number is beyond 2^53-1");
}
