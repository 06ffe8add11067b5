/* Names: accounts, items, batches. Token and batch numbers are BigInts. */

import { hexOf, utf8 } from "./bytes.js";
import { DocumentFault } from "./faults.js";
import { keccak256 } from "./keccak.js";

const INDEX_BITS = 32n;
const BATCH_MAX = (1n << 64n) - 1n;

/** Give the EIP-55 form of an account of 40 lower-case hex digits. */
export function addressOf(hex) {
  const hash = hexOf(keccak256(utf8(hex)));
  return `0x${[...hex].map((digit, at) => (parseInt(hash[at], 16) > 7 ? digit.toUpperCase() : digit)).join("")}`;
}

/** Give the account in the low 20 bytes of a word. */
export function addressOfWord(word) {
  return addressOf((word & ((1n << 160n) - 1n)).toString(16).padStart(40, "0"));
}

/** Read an account in any case that EIP-55 allows; null where it is none. */
export function parseAddress(text) {
  if (typeof text !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(text)) return null;
  const plain = text.slice(2);
  const address = addressOf(plain.toLowerCase());
  const isKnown = [plain.toLowerCase(), plain.toUpperCase(), address.slice(2)].includes(plain);
  return isKnown ? address : null;
}

/** Hold an account to its EIP-55 form, the only spelling in a document. */
export function accountOf(text, where) {
  if (parseAddress(text) !== text) throw new DocumentFault(`${where}: account ${text} is not in its checksum form`);
  return text;
}

/** Name an item. Throws DocumentFault for a token that belongs to no batch. */
export function itemOf(chainId, contract, tokenId) {
  const batch = tokenId >> INDEX_BITS;
  if (batch <= 0n || batch > BATCH_MAX) throw new DocumentFault(`token ${tokenId} belongs to no batch`);
  return {
    chainId,
    contract,
    tokenId,
    batch,
    index: Number(tokenId & 0xffffffffn),
    text: `eip155:${chainId}/erc721:${contract}/${tokenId}`,
    batchText: batchText(chainId, contract, batch),
  };
}

/** Read `eip155:<chain>/erc721:<address>/<token>`; null where it is none, or not in its checksum form. */
export function parseItem(text) {
  const match = /^eip155:([1-9][0-9]{0,15})\/erc721:(0x[0-9a-fA-F]{40})\/([1-9][0-9]{0,28})$/.exec(text);
  if (!match || parseAddress(match[2]) !== match[2] || !Number.isSafeInteger(Number(match[1]))) return null;
  try {
    return itemOf(Number(match[1]), match[2], BigInt(match[3]));
  } catch {
    return null;
  }
}

export function batchText(chainId, contract, batch) {
  if (batch <= 0n || batch > BATCH_MAX) throw new DocumentFault(`a batch id is 1 to 2^64-1, got ${batch}`);
  return `eip155:${chainId}/erc721:${contract}/batch:${batch}`;
}

/** Name the item at `index` of a batch by its token number. */
export function tokenAt(batch, index) {
  return (batch << INDEX_BITS) | BigInt(index);
}
