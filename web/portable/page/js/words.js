/* Every word of a bundle, proved under its header. docs/bundle.md, "Words and nodes". */

import { concat, equalBytes, hexOf, numberOf, wordBytes } from "./bytes.js";
import { BundleFault, EvidenceFault } from "./faults.js";
import { addressOfWord } from "./ids.js";
import { keccak256 } from "./keccak.js";
import { accountAt, rlpList, slotAt } from "./trie.js";

const [OWNERS, ACTORS, BATCHES, STATES, BATCH_STATES, ISSUANCE] = [2n, 9n, 10n, 11n, 12n, 13n];
const U64 = (1n << 64n) - 1n;

/** Read a block's header as it is hashed: {hash, stateRoot, number, timeS}. Throws BundleFault. */
export function readHeader(rlp) {
  const fields = refusing("header.rlp", () => rlpList(rlp));
  if (fields.length < 15 || fields[3].length !== 32) throw new BundleFault("header.rlp: not a header of an EVM chain");
  const [number, timeS] = [numberOf(fields[8]), numberOf(fields[11])];
  if (fields[8].length > 8 || fields[11].length > 8 || timeS > 8_640_000_000_000n || number > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new BundleFault("header.rlp: number or time is out of range");
  }
  return { hash: hexOf(keccak256(rlp)), stateRoot: hexOf(fields[3]), number: Number(number), timeS: Number(timeS) };
}

function readNodes(bytes) {
  const nodes = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 2 + 256 * bytes[at] + bytes[at + 1];
    if (!(end <= bytes.length)) throw new BundleFault("nodes.bin ends inside a node");
    nodes.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return nodes;
}

/** Prove all words: {codeHash, issuance, item, actors}. Each node is there, once, in the order it is first met. */
export function proveWords(stateRoot, item, actors, nodesBin) {
  const nodes = readNodes(nodesBin);
  const known = new Map(nodes.map((node) => [hexOf(keccak256(node)), node]));
  const met = new Map();
  const node = (hash) => {
    if (!known.has(hash)) throw new EvidenceFault("a node of the proof is missing, or not the one its parent names");
    met.set(hash, known.get(hash));
    return known.get(hash);
  };
  const proved = refusing("nodes.bin", () => readWords(stateRoot, item, actors, node));
  const inOrder = [...met.values()];
  if (inOrder.length !== nodes.length || inOrder.some((bytes, at) => !equalBytes(bytes, nodes[at]))) {
    throw new BundleFault("nodes.bin holds a node unused, repeated or out of order");
  }
  return proved;
}

function readWords(stateRoot, item, actors, node) {
  const account = accountAt(stateRoot, item.contract.slice(2).toLowerCase(), node);
  if (account === null) throw new BundleFault("there is no contract at this address at the bundle's block");
  const word = (slot) => slotAt(account.storageRoot, slot, node);
  const issuance = word(wordBytes(ISSUANCE));
  const slots = itemSlots(item).map(word);
  const actorWords = new Map(actors.map((actor) => [actor, actorOf(word(mapping(BigInt(actor), ACTORS)))]));
  return { codeHash: account.codeHash, issuance, item: itemWords(item, slots), actors: actorWords };
}

function mapping(key, slot) {
  return keccak256(concat(wordBytes(key), wordBytes(slot)));
}

function itemSlots(item) {
  const batch = mapping(item.batch, BATCHES);
  const next = (step) => wordBytes((numberOf(batch) + step) % (1n << 256n));
  return [
    batch,
    next(1n),
    next(2n),
    mapping(item.tokenId, STATES),
    mapping(item.batch, BATCH_STATES),
    mapping(item.tokenId, OWNERS),
  ];
}

/** Read the six words of an item: stock account 160 | count 32 | registered at 64, and so on. */
function itemWords(item, [packed, passports, claimRoot, state, batchState, owner]) {
  const count = Number((packed >> 64n) & 0xffffffffn);
  if (item.index >= count) throw new BundleFault("the registry holds no such item at the bundle's block");
  const stockAccount = addressOfWord(packed >> 96n);
  return {
    owner: owner === 0n ? stockAccount : addressOfWord(owner),
    state,
    batchState,
    status: Number((state | batchState) & 0xffn),
    stockAccount,
    count,
    registeredAt: packed & U64,
    passports: hexOf(wordBytes(passports)),
    claimRoot: hexOf(wordBytes(claimRoot)),
  };
}

/** Unpack kinds 64 | valid from 64 | valid until 64 | disputed since 64. */
function actorOf(word) {
  return { disputedSince: word & U64 };
}

/** Say whether what an actor wrote at a block's time is disputed. */
export function disputes(actor, atS) {
  return actor.disputedSince > 0n && actor.disputedSince <= BigInt(atS);
}

/** Run a reading; evidence that does not hold is a bundle refused. */
function refusing(name, reading) {
  try {
    return reading();
  } catch (fault) {
    if (fault instanceof EvidenceFault) throw new BundleFault(`${name}: ${fault.message}`);
    throw fault;
  }
}
