/* Content ids, dag-pb and UnixFS directories, read as strictly as provenance_schemas/dag_pb.py and hamt.py do. */

import { hexOf, textOf } from "./bytes.js";
import { DocumentFault } from "./faults.js";

export const RAW = "01551220";
export const DAG_PB = "01701220";
export const CID_BYTES = 36;
const BLOCK_MAX_BYTES = 2 * 1024 * 1024;
const KINDS = { 0: "raw", 1: "directory", 2: "file", 5: "shard" };
const LEVELS_MAX = 8;
const MURMUR3 = 0x22;

/** Write a binary CIDv1 (hex) as people do. */
export function cidText(cid) {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  let number = BigInt(`0x${cid}`) << 2n;
  let text = "";
  for (let at = 0; at < 58; at += 1) {
    text = alphabet[Number(number & 31n)] + text;
    number >>= 5n;
  }
  return `b${text}`;
}

/** Read `b` and 58 characters of base32; null where it is no CIDv1 of raw or dag-pb with SHA-256. */
export function parseCid(text) {
  if (!/^b[a-z2-7]{58}$/.test(text)) return null;
  let number = 0n;
  for (const character of text.slice(1)) number = (number << 5n) | BigInt("abcdefghijklmnopqrstuvwxyz234567".indexOf(character));
  if (number & 3n) return null;
  const cid = (number >> 2n).toString(16).padStart(72, "0");
  return cid.startsWith(RAW) || cid.startsWith(DAG_PB) ? cid : null;
}

/** Read the minimal varint at `at`: [number, the offset behind it]. */
export function varintAt(bytes, at) {
  let number = 0;
  for (let count = 0; count < 9 && at + count < bytes.length; count += 1) {
    const byte = bytes[at + count];
    number += (byte & 0x7f) * 2 ** (7 * count);
    if (byte < 0x80) {
      if (byte === 0 && count) throw new DocumentFault("a varint has needless bytes");
      return [number, at + count + 1];
    }
  }
  throw new DocumentFault("a varint is cut off or too long");
}

/** Split a protobuf message into [field number, number or bytes]. */
function fieldsOf(bytes) {
  const fields = [];
  let at = 0;
  while (at < bytes.length) {
    let key;
    let value;
    [key, at] = varintAt(bytes, at);
    [value, at] = varintAt(bytes, at);
    const wire = key % 8;
    if (wire === 2) {
      if (at + value > bytes.length) throw new DocumentFault("a protobuf field is cut off");
      fields.push([Math.floor(key / 8), bytes.subarray(at, at + value)]);
      at += value;
    } else if (wire === 0) {
      fields.push([Math.floor(key / 8), value]);
    } else {
      throw new DocumentFault(`protobuf wire type ${wire} is not used here`);
    }
  }
  return fields;
}

const isBytes = (value) => value instanceof Uint8Array;

/** Read one dag-pb block with its UnixFS message: {links: [{name, cid}], kind, content, hashType, fanout}. */
export function decodeNode(block) {
  if (block.length > BLOCK_MAX_BYTES) throw new DocumentFault("a block has at most 2 MiB");
  let content = null;
  const links = [];
  for (const [number, value] of fieldsOf(block)) {
    if (number === 2 && isBytes(value) && content === null) links.push(linkOf(value));
    else if (number === 1 && isBytes(value) && content === null) content = value;
    else throw new DocumentFault(`dag-pb field ${number} is unknown, repeated or out of order`);
  }
  if (content === null) throw new DocumentFault("a dag-pb node without a UnixFS message");
  return { links, ...unixFsOf(content) };
}

function linkOf(bytes) {
  const fields = new Map();
  for (const [number, value] of fieldsOf(bytes)) {
    if (fields.has(number)) throw new DocumentFault(`a dag-pb link repeats field ${number}`);
    fields.set(number, value);
  }
  const [cid, name, tsize] = [fields.get(1), fields.get(2) ?? new Uint8Array(), fields.get(3) ?? 0];
  if (!isBytes(cid) || !isBytes(name) || isBytes(tsize) || fields.size > 3) {
    throw new DocumentFault("a dag-pb link needs a content id, a name and a size");
  }
  return { name, cid: cidOf(cid) };
}

/** Read a binary CIDv1; hexadecimal. */
export function cidOf(bytes) {
  const cid = hexOf(bytes);
  if (bytes.length !== CID_BYTES || !(cid.startsWith(RAW) || cid.startsWith(DAG_PB))) {
    throw new DocumentFault("not a CIDv1 with raw or dag-pb codec and SHA-256 digest");
  }
  return cid;
}

function unixFsOf(bytes) {
  const rest = new Map();
  for (const [number, value] of fieldsOf(bytes)) {
    if (number === 4) checkSizes(value);
    else if (rest.has(number) || ![1, 2, 3, 5, 6].includes(number))
      throw new DocumentFault(`UnixFS field ${number} is unknown or repeated`);
    else rest.set(number, value);
  }
  const content = rest.get(2) ?? new Uint8Array();
  if (isBytes(rest.get(1)) || !(rest.get(1) in KINDS) || !isBytes(content)) {
    throw new DocumentFault("a UnixFS type is not a file, a directory or a shard");
  }
  if ([3, 5, 6].some((number) => isBytes(rest.get(number)))) throw new DocumentFault("UnixFS sizes are numbers");
  return { kind: KINDS[rest.get(1)], content, hashType: rest.get(5), fanout: rest.get(6) };
}

function checkSizes(value) {
  let at = 0;
  while (isBytes(value) && at < value.length) [, at] = varintAt(value, at);
}

/** Follow one name in the directory `cid`: the child's content id, or null. `block(cid)` gives checked bytes. */
export function lookUp(cid, name, block) {
  if (cid.startsWith(RAW)) return null;
  let here = cid;
  let path = null;
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const node = decodeNode(block(here));
    if (level === 0 && node.kind !== "shard") return plainLinks(node).get(name) ?? null;
    path ??= hashName(name);
    const link = shardSlots(node).get(path[level]);
    if (!link) return null;
    const rest = hexOf(link.name.subarray(2));
    if (rest) return rest === hexOf(new TextEncoder().encode(name)) ? link.cid : null;
    here = link.cid;
  }
  throw new DocumentFault("a shard is deeper than 8 levels");
}

function plainLinks(node) {
  if (node.kind !== "directory") return new Map();
  const links = new Map(node.links.map((link) => [nameOf(link.name), link.cid]));
  if (links.size !== node.links.length) throw new DocumentFault("a name stands twice in a directory");
  return links;
}

/** Text of a name; one that is not UTF-8 keeps its bytes, behind a character no name has. */
function nameOf(bytes) {
  try {
    return textOf(bytes);
  } catch {
    return `/${hexOf(bytes)}`;
  }
}

function shardSlots(node) {
  if (node.kind !== "shard" || node.hashType !== MURMUR3 || node.fanout !== 256) {
    throw new DocumentFault("a shard of another hash or fan-out");
  }
  const slots = new Map();
  let bits = 0n;
  for (const link of node.links) {
    const prefix = String.fromCharCode(...link.name.subarray(0, 2));
    if (!/^[0-9A-F]{2}$/.test(prefix)) throw new DocumentFault("a shard link does not begin with two hexadecimal digits");
    const slot = parseInt(prefix, 16);
    if (slots.has(slot)) throw new DocumentFault(`a shard fills slot ${slot} twice`);
    slots.set(slot, link);
    bits |= 1n << BigInt(slot);
  }
  const field = node.content.length ? BigInt(`0x${hexOf(node.content)}`) : 0n;
  if (bits !== field) throw new DocumentFault("a shard's bit field does not match its links");
  return slots;
}

const MASK = (1n << 64n) - 1n;
const [C1, C2] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn];
const rotate = (word, count) => ((word << count) | (word >> (64n - count))) & MASK;
const little = (bytes) => BigInt(`0x${hexOf(Uint8Array.from(bytes).reverse()) || "0"}`);
const mixFirst = (bytes) => (rotate((little(bytes) * C1) & MASK, 31n) * C2) & MASK;
const mixSecond = (bytes) => (rotate((little(bytes) * C2) & MASK, 33n) * C1) & MASK;

function finish(start) {
  let word = ((start ^ (start >> 33n)) * 0xff51afd7ed558ccdn) & MASK;
  word = ((word ^ (word >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK;
  return word ^ (word >> 33n);
}

/** First 64 bits of murmur3 x64-128 of a name: 8 bytes, one a level. Source: Austin Appleby's MurmurHash3_x64_128. */
export function hashName(name) {
  const key = new TextEncoder().encode(name);
  let [first, second] = [0n, 0n];
  const whole = key.length - (key.length % 16);
  for (let at = 0; at < whole; at += 16) {
    first = rotate(first ^ mixFirst(key.subarray(at, at + 8)), 27n);
    first = ((first + second) * 5n + 0x52dce729n) & MASK;
    second = rotate(second ^ mixSecond(key.subarray(at + 8, at + 16)), 31n);
    second = ((second + first) * 5n + 0x38495ab5n) & MASK;
  }
  first ^= mixFirst(key.subarray(whole, whole + 8)) ^ BigInt(key.length);
  second ^= mixSecond(key.subarray(whole + 8)) ^ BigInt(key.length);
  first = (first + second) & MASK;
  second = (second + first) & MASK;
  const hash = ((finish(first) + finish(second)) & MASK).toString(16).padStart(16, "0");
  return hash.match(/../g).map((byte) => parseInt(byte, 16));
}
