/* Folding: how one word on chain commits to a complete history. Held to tests/vectors/folding.json. */

import { concat, numberOf, wordBytes } from "./bytes.js";
import { EvidenceFault } from "./faults.js";
import { addressOfWord } from "./ids.js";
import { keccak256 } from "./keccak.js";

export const KINDS = {
  sourced: 1,
  manufactured: 2,
  inspected: 3,
  shipped: 4,
  received: 5,
  customs_cleared: 6,
  sold: 7,
  serviced: 8,
  authenticated: 9,
  label_replaced: 10,
  recalled: 11,
  retired: 12,
  returned: 13,
  reported_stolen: 20,
  reported_lost: 21,
  report_withdrawn: 22,
  revoked: 23,
  voided: 24,
  registered: 64,
  transferred: 65,
  claimed: 66,
  claim_key_set: 67,
};
export const WORDS_OF_KINDS = Object.fromEntries(Object.entries(KINDS).map(([word, code]) => [code, word]));
export const DOCUMENTED = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, KINDS.revoked, KINDS.voided]);
export const STATUS = { stolen: 1, lost: 2, revoked: 4, recalled: 8, retired: 16, sold: 32, claimed: 64 };
export const NO_LONGER_CLEAR = 1 | 2 | 4 | 8 | 16;
const SETS = { 7: 32, 11: 8, 12: 16, 20: 1, 21: 2, 23: 4, 66: 64 };
const CLEARS = { 13: 32, 22: 1 | 2, 67: 64 };
const LENGTH_MAX = (1n << 32n) - 1n;

/** Unpack actor 160 | kind 32 | time 64. */
export function metaOf(word) {
  return {
    word,
    actor: addressOfWord(word >> 96n),
    kind: Number((word >> 64n) & 0xffffffffn),
    timeS: Number(word & 0xffffffffffffffffn),
  };
}

/** Advance one word, head 216 | length 32 | status 8, by an entry; `digest` is 32 bytes. A batch passes its word twice. */
export function fold(word, batchWord, digest, meta) {
  const length = ((word >> 8n) & LENGTH_MAX) + 1n;
  if (length > LENGTH_MAX) throw new EvidenceFault("a history holds at most 2^32-1 entries");
  const image = concat(wordBytes(word), wordBytes(batchWord), digest, wordBytes(meta));
  const head = numberOf(keccak256(image)) >> 40n;
  const status = nextStatus(Number(word & 0xffn), Number((meta >> 64n) & 0xffffffffn));
  return (head << 40n) | (length << 8n) | BigInt(status);
}

/** Give the status byte after one entry: the published table of ItemRegistry. */
export function nextStatus(status, kind) {
  if (kind in SETS) return status | SETS[kind];
  return kind in CLEARS ? status & ~CLEARS[kind] & 0xff : status;
}

/** abi.encode of words: BigInts, accounts (0x...) and 32-byte values in hex. */
function encode(...values) {
  return concat(...values.map((value) => wordBytes(typeof value === "bigint" ? value : BigInt(asHex(value)))));
}

function asHex(value) {
  return value.startsWith("0x") ? value : `0x${value}`;
}

export function registrationDigest(chainId, contract, batch, told) {
  const { count, stockAccount, passports, claimRoot } = told;
  return keccak256(encode(BigInt(chainId), contract, batch, BigInt(count), stockAccount, passports, claimRoot));
}

export function transferDigest(from, to) {
  return keccak256(encode(from, to));
}

export function claimDigest(from, to, claimKey) {
  return keccak256(encode(from, to, claimKey));
}

export function claimKeyDigest(claimKey) {
  return encode(claimKey);
}

export function reportDigest(reason) {
  return encode(reason);
}

export function voidDigest(entry, document) {
  return keccak256(encode(entry, document));
}

/** Advance the registry's issuance word by one registration; `batchWord` is the batch's first word. */
export function foldRegistration(word, batchWord, batch, meta) {
  return fold(word, batchWord, encode(batch), meta);
}

/** Advance the issuance word by one replaced label; `itemWord` is the item's word after that step. */
export function foldReplacement(word, itemWord, tokenId, document, meta) {
  return fold(word, itemWord, keccak256(encode(tokenId, document)), meta);
}
