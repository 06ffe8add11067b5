/* RLP, Merkle-Patricia proofs and block headers. Yellow Paper, appendices B and D; EIP-1186. */

import { bytesOf, hexOf, numberOf } from "./bytes.js";
import { EvidenceFault } from "./faults.js";
import { keccak256 } from "./keccak.js";

const EMPTY_TRIE = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
const NODES_MAX = 65;
const KEY_NIBBLES = 64;

/** Give [is a list, start, end] of the RLP item at `at`. */
function span(bytes, at) {
  if (at >= bytes.length) throw new EvidenceFault("RLP ends too early");
  const first = bytes[at];
  if (first < 0x80) return [false, at, at + 1];
  if (first < 0xb8) return [false, at + 1, at + 1 + first - 0x80];
  if (first < 0xc0) return longSpan(bytes, at, first - 0xb7, false);
  if (first < 0xf8) return [true, at + 1, at + 1 + first - 0xc0];
  return longSpan(bytes, at, first - 0xf7, true);
}

function longSpan(bytes, at, size, isList) {
  const start = at + 1 + size;
  return [isList, start, start + Number(numberOf(bytes.subarray(at + 1, start)))];
}

/** Split one RLP list; strings lose their prefix, nested lists keep theirs (inline trie nodes). */
export function rlpList(bytes) {
  const [isList, first, end] = span(bytes, 0);
  if (!isList || end !== bytes.length) throw new EvidenceFault("not one RLP list");
  const items = [];
  let at = first;
  while (at < end) {
    const [nested, start, stop] = span(bytes, at);
    if (stop > end) throw new EvidenceFault("an RLP item runs over the end of its list");
    items.push(nested ? bytes.subarray(at, stop) : bytes.subarray(start, stop));
    at = stop;
  }
  return items;
}

/**
 * Find the value under `key` (32 bytes, hashed already) below `root` (hex); empty bytes where its absence is proved.
 * `node(hash)` gives the bytes of a node, checked against their hash, or throws EvidenceFault.
 */
export function trieValue(root, key, node) {
  const nibbles = hexOf(key);
  let [at, reference, value] = [0, root, null];
  if (root === EMPTY_TRIE) return new Uint8Array();
  for (let depth = 0; depth < NODES_MAX; depth += 1) {
    [at, reference, value] = descend(node(reference), nibbles, at);
    if (value !== null) return value;
  }
  throw new EvidenceFault("a proof has at most 65 nodes");
}

/** Walk one node and the inline nodes below it: [nibbles used, the next node's hash, the value if the walk ended]. */
function descend(bytes, nibbles, start) {
  const nothing = new Uint8Array();
  let [node, at] = [bytes, start];
  for (;;) {
    const items = rlpList(node);
    let reference;
    if (items.length === 17) {
      if (at === KEY_NIBBLES) return [at, "", items[16]];
      reference = items[parseInt(nibbles[at], 16)];
      at += 1;
    } else if (items.length === 2) {
      const [path, isLeaf] = pathOf(items[0]);
      if (!nibbles.startsWith(path, at)) return [at, "", nothing];
      at += path.length;
      if (isLeaf) return [at, "", at === KEY_NIBBLES ? items[1] : nothing];
      [, reference] = items;
    } else {
      throw new EvidenceFault("a trie node has 2 or 17 items");
    }
    if (!reference.length) return [at, "", nothing];
    if (reference.length === 32) return [at, hexOf(reference), null];
    node = reference; // a node under 32 bytes stands inside its parent
  }
}

/** Hex-prefix decoding: [the nibbles, whether this is a leaf]. */
function pathOf(encoded) {
  const text = hexOf(encoded);
  const flag = text ? parseInt(text[0], 16) : 4;
  if (flag > 3) throw new EvidenceFault("a trie path has an unknown flag");
  return [flag & 1 ? text.slice(1) : text.slice(2), flag >= 2];
}

/** Give {storageRoot, codeHash} of an account (40 hex digits), or null where its absence is proved. */
export function accountAt(stateRoot, address, node) {
  const value = trieValue(stateRoot, keccak256(bytesOf(address)), node);
  if (!value.length) return null;
  const items = rlpList(value);
  if (items.length !== 4 || items[2].length !== 32 || items[3].length !== 32) {
    throw new EvidenceFault("an account has nonce, balance, storage root and code hash");
  }
  return { storageRoot: hexOf(items[2]), codeHash: hexOf(items[3]) };
}

/** Give the word in one storage slot (32 bytes); 0n where its absence is proved. */
export function slotAt(storageRoot, slot, node) {
  const value = trieValue(storageRoot, keccak256(slot), node);
  if (!value.length) return 0n;
  const [isList, start, end] = span(value, 0);
  if (isList || end !== value.length || end - start > 32) {
    throw new EvidenceFault("a storage value is one RLP string of at most 32 bytes");
  }
  return numberOf(value.subarray(start, end));
}
