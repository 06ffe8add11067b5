/* The documents of a bundle: a CARv1 read strictly, and the walk that says which blocks it must hold, in which order. */

import { bytesOf, concat, equalBytes, sha256, utf8 } from "./bytes.js";
import { joinCommitments } from "./documents.js";
import { BundleFault, DocumentFault } from "./faults.js";
import { documentedSteps } from "./replay.js";
import { CID_BYTES, DAG_PB, RAW, cidOf, lookUp, varintAt } from "./unixfs.js";
import { disputes } from "./words.js";

const BLOCK_MAX_BYTES = 2 * 1024 * 1024;
const PARTS_MAX = 8;

/** A block that is not in the bundle. */
class Missing extends Error {}

/** Read a CAR of one root: Map of content id (hex) to bytes, in its order, each block checked. Throws BundleFault. */
export async function readCar(bytes, root) {
  // DAG-CBOR of {roots: [root], version: 1}: the one spelling of it.
  const rootTag = Uint8Array.of(0x81, 0xd8, 0x2a, 0x58, 37, 0);
  const header = concat(Uint8Array.of(0xa2), utf8("eroots"), rootTag, bytesOf(DAG_PB + root), utf8("gversion"), Uint8Array.of(1));
  const start = 1 + header.length;
  if (bytes[0] !== header.length || !equalBytes(bytes.subarray(1, start), header)) {
    throw new BundleFault("blocks.car is not version 1 with the passports' directory as its one root");
  }
  const blocks = new Map();
  let at = start;
  while (at < bytes.length) {
    const [length, first] = carVarint(bytes, at);
    if (length < CID_BYTES || length > CID_BYTES + BLOCK_MAX_BYTES || first + length > bytes.length) {
      throw new BundleFault("blocks.car: a section is cut off, too short or too long");
    }
    const cid = carCid(bytes.subarray(first, first + CID_BYTES));
    const block = bytes.subarray(first + CID_BYTES, first + length);
    if ((await sha256(block)) !== cid.slice(8)) throw new BundleFault("blocks.car holds other bytes under a content id");
    if (blocks.has(cid)) throw new BundleFault("blocks.car: a block stands twice");
    blocks.set(cid, block);
    at = first + length;
  }
  return blocks;
}

function carVarint(bytes, at) {
  try {
    return varintAt(bytes, at);
  } catch (fault) {
    throw new BundleFault(`blocks.car: ${fault.message}`);
  }
}

function carCid(bytes) {
  try {
    return cidOf(bytes);
  } catch (fault) {
    throw new BundleFault(`blocks.car: ${fault.message}`);
  }
}

/** Blocks of a bundle that remember the order in which they are first asked for. */
export class Blocks {
  constructor(blocks) {
    this.blocks = blocks;
    this.met = new Set();
  }

  /** Give a block. Throws Missing. */
  get = (cid) => {
    const block = this.blocks.get(cid);
    if (block === undefined) throw new Missing(cid);
    this.met.add(cid);
    return block;
  };

  /** Refuse a block that nothing asked for, or another order than that of the walk. */
  checkAllMet() {
    const order = [...this.blocks.keys()];
    const met = [...this.met];
    if (order.length !== met.length || order.some((cid, at) => cid !== met[at])) {
      throw new BundleFault("blocks.car holds a block that nobody reads, or in another order");
    }
  }
}

/** Give what `reading` gives, `Malformed` as {why}, or null where a block is missing. */
export function tried(reading) {
  try {
    return reading();
  } catch (fault) {
    if (fault instanceof DocumentFault) return { malformed: fault.message };
    if (fault instanceof Missing) return null;
    throw fault;
  }
}

/** Find a file in a directory by two names: its content id, or null where the directory proves to have none. */
export function findFile(root, folder, name, block) {
  const inside = lookUp(root, folder, block);
  return inside === null ? null : lookUp(inside, name, block);
}

/** Walk everything a verification reads, in the order of docs/bundle.md, and hold the bundle's blocks to it. */
export function walkBlocks(item, words, entries, issuances, actors, blocks, readers) {
  const root = DAG_PB + words.passports;
  tried(() => {
    const cid = findFile(root, String(Math.floor(item.index / 64)), `${item.index % 64}.json`, blocks.get);
    if (cid !== null) blocks.get(cid);
  });
  for (const entry of documentedSteps(entries)) tried(() => blocks.get(entry.document));
  for (const issuance of issuances) {
    if (disputes(actors.get(issuance.meta.actor), issuance.meta.timeS)) continue;
    if (issuance.tokenId !== undefined) tried(() => blocks.get(RAW + issuance.document));
    else tried(() => readCommitments(issuance, blocks.get, readers));
  }
  blocks.checkAllMet();
}

/** Read the commitment files of one registration: [commitment, index] pairs. Throws DocumentFault or Missing. */
export function readCommitments(registration, block, readers) {
  const files = [];
  for (let parts = 1; files.length < parts;) {
    const cid = findFile(DAG_PB + registration.passports, "commitments", `${files.length}.json`, block);
    if (cid === null) throw new DocumentFault(`the batch directory lacks commitments file ${files.length}`);
    files.push(readers.commitments(block(cid)));
    parts = files[0].parts;
    if (parts > PARTS_MAX) throw new DocumentFault("too many commitment files");
  }
  return joinCommitments(files, registration.count);
}
