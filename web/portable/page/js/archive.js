/* The one spelling of a bundle's ZIP: members stored in a fixed order. Taken apart, written again, compared byte for byte. */

import { concat, equalBytes, utf8 } from "./bytes.js";
import { BundleFault } from "./faults.js";

const MIB = 1024 * 1024;
const SIZE_MAX_BYTES = 64 * MIB;
const MEMBERS = [
  ["bundle.json", 4096],
  ["trust.json", 4096],
  ["header.rlp", 4096],
  ["nodes.bin", 16 * MIB],
  ["entries.bin", 4096 * 129],
  ["issuances.bin", 200_000 * 129],
  ["blocks.car", 64 * MIB],
  ["checks.json", 16 * 1024],
];
const LOCAL_BYTES = 30;
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** Give the members of a bundle by name. Throws BundleFault unless the file is the one spelling of them. */
export function openArchive(bytes) {
  if (bytes.length > SIZE_MAX_BYTES) throw new BundleFault("a bundle has at most 64 MiB");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const members = [];
  let at = 0;
  for (const [name, sizeMax] of MEMBERS) {
    const start = at + LOCAL_BYTES + name.length;
    if (start > bytes.length) throw new BundleFault(`the archive ends before ${name}`);
    const size = view.getUint32(at + 18, true);
    if (size > sizeMax || start + size > bytes.length) throw new BundleFault(`${name} is too large or cut off`);
    members.push([name, bytes.subarray(start, start + size)]);
    at = start + size;
  }
  if (!equalBytes(writeArchive(members), bytes)) throw new BundleFault("the archive is not in its one spelling");
  return Object.fromEntries(members);
}

function writeArchive(members) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of members) {
    const shared = sharedFields(name, content);
    const local = concat(fields([0x04034b50, 4]), shared, utf8(name), content);
    directory.push(
      concat(fields([0x02014b50, 4], [20, 2]), shared, fields([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), utf8(name)),
    );
    parts.push(local);
    offset += local.length;
  }
  const index = concat(...directory);
  const count = members.length;
  return concat(
    ...parts,
    index,
    fields([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [index.length, 4], [offset, 4], [0, 2]),
  );
}

/** Version needed, flags, method, time, date, CRC-32, both sizes, lengths of name and extra field. */
function sharedFields(name, content) {
  const size = content.length;
  return fields(
    [10, 2],
    [0, 2],
    [0, 2],
    [0, 2],
    [0x0021, 2],
    [crc32(content), 4],
    [size, 4],
    [size, 4],
    [name.length, 2],
    [0, 2],
  );
}

function fields(...values) {
  const bytes = [];
  for (const [value, size] of values) for (let at = 0; at < size; at += 1) bytes.push((value >>> (8 * at)) & 0xff);
  return Uint8Array.from(bytes);
}

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
