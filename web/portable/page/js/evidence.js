/* From a bundle's members to everything that is judged. What does not hold makes the whole bundle void (BundleFault). */

import { canonicalText, parseCanonical } from "./canonical.js";
import { openArchive } from "./archive.js";
import { Blocks, findFile, readCar, readCommitments, tried, walkBlocks } from "./blocks.js";
import { BundleFault, DocumentFault } from "./faults.js";
import { parseAddress, parseItem, tokenAt } from "./ids.js";
import { readEntries, readIssuances, writersOf } from "./records.js";
import { documentedSteps, replayHistory, replayIssuances } from "./replay.js";
import { DAG_PB, RAW } from "./unixfs.js";
import { disputes, proveWords, readHeader } from "./words.js";

const DOCUMENT_MAX_BYTES = 256 * 1024;
const CANDIDATES_MAX = 8;

/** Open the archive, its JSON and its header: {item, registry, header, checks, members}. Throws BundleFault. */
export function openBundle(bytes) {
  const members = openArchive(bytes);
  const { item: name } = objectOf(members, "bundle.json", "assay/bundle-1", ["item", "type"]);
  const item = parseItem(String(name));
  if (item === null) throw new BundleFault("bundle.json names no item");
  const { registry } = objectOf(members, "trust.json", "assay/bundle-trust-1", ["registry", "type"]);
  checkRegistry(registry, item);
  const checks = objectOf(members, "checks.json", "assay/bundle-checks-1", ["answer", "findings", "level", "policy", "type"]);
  return { item, registry, header: readHeader(members["header.rlp"]), checks, members };
}

function objectOf(members, name, type, fields) {
  let value;
  try {
    value = parseCanonical(members[name]);
  } catch (fault) {
    if (fault instanceof DocumentFault) throw new BundleFault(`${name}: ${fault.message}`);
    throw fault;
  }
  if (value.type !== type || canonicalText(Object.keys(value).sort()) !== canonicalText(fields)) {
    throw new BundleFault(`${name}: not of type ${type} with its fields`);
  }
  return value;
}

function checkRegistry(registry, item) {
  const names = ["chain_id", "code_hash", "contract", "deployed_block", "deployed_block_hash"];
  const isObject = registry !== null && typeof registry === "object" && !Array.isArray(registry);
  const isHash = (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
  if (!isObject || canonicalText(Object.keys(registry).sort()) !== canonicalText(names))
    throw new BundleFault("trust.json: other fields");
  const { chain_id: chain, contract, code_hash: code, deployed_block: number, deployed_block_hash: hash } = registry;
  if (!isHash(code) || !isHash(hash) || !Number.isInteger(number) || number < 0 || parseAddress(contract) !== contract) {
    throw new BundleFault("trust.json: not a registry");
  }
  if (chain !== item.chainId || contract !== item.contract)
    throw new BundleFault("trust.json names another contract than the item");
}

/**
 * Prove, replay and read everything. `readers` as documents.js makes them. Throws BundleFault.
 *
 * `candidates(commitment)` in what is given: every tie of a commitment to an item, or null where one may be missing.
 */
export async function gatherEvidence(bundle, readers) {
  const { item, header, members, registry } = bundle;
  const issuances = readIssuances(members["issuances.bin"], header.timeS);
  const entries = readEntries(members["entries.bin"], item, issuances, header.timeS);
  const words = proveWords(header.stateRoot, item, writersOf(entries, issuances), members["nodes.bin"]);
  if (`0x${words.codeHash}` !== registry.code_hash) throw new BundleFault("the contract's code is not that of trust.json");
  replayHistory(item, words.item, entries);
  replayIssuances(item, words.issuance, issuances);
  const blocks = new Blocks(await readCar(members["blocks.car"], words.item.passports));
  walkBlocks(item, words.item, entries, issuances, words.actors, blocks, readers);
  const passport = readPassport(item, words.item, blocks, readers);
  const documents = await readSteps(entries, blocks, readers);
  const ties = await readTies(issuances, blocks, readers, item);
  const candidates = (commitment) => candidatesOf(commitment, ties, issuances, words.actors);
  return { item, header, registry, words: words.item, actors: words.actors, entries, passport, documents, candidates };
}

/** Read the item's passport: the reading, {malformed: why}, or null where it is not in the bundle. */
function readPassport(item, words, blocks, readers) {
  return tried(() => {
    const cid = findFile(DAG_PB + words.passports, String(Math.floor(item.index / 64)), `${item.index % 64}.json`, blocks.get);
    if (cid === null) return { malformed: "the batch's directory names no passport for this item" };
    const bytes = blocks.get(cid);
    return bytes.length > DOCUMENT_MAX_BYTES ? null : { ...readers.passport(bytes), cid };
  });
}

/** Read the step documents by content id, each as `readPassport` gives its own. */
async function readSteps(entries, blocks, readers) {
  const documents = new Map();
  for (const { document } of documentedSteps(entries)) {
    if (!documents.has(document)) documents.set(document, await readStep(document, blocks, readers));
  }
  return documents;
}

async function readStep(cid, blocks, readers) {
  const bytes = tried(() => blocks.get(cid));
  if (bytes === null || bytes.length > DOCUMENT_MAX_BYTES) return null;
  try {
    return await readers.step(bytes);
  } catch (fault) {
    if (fault instanceof DocumentFault) return { malformed: fault.message };
    throw fault;
  }
}

/** Read what ties commitments to items, issuance by issuance: [[commitment, token]], or null where it is not had. */
async function readTies(issuances, blocks, readers, item) {
  const ties = [];
  for (const issuance of issuances) {
    if (issuance.tokenId === undefined) ties.push(tiesOfBatch(issuance, blocks, readers));
    else ties.push(await tiesOfReplacement(issuance, blocks, readers, item));
  }
  return ties;
}

function tiesOfBatch(issuance, blocks, readers) {
  const pairs = tried(() => readCommitments(issuance, blocks.get, readers));
  if (pairs === null || pairs.malformed) return pairs && [];
  return pairs.map(([commitment, index]) => [commitment, tokenAt(issuance.batch, index)]);
}

async function tiesOfReplacement(issuance, blocks, readers, item) {
  const step = await readStep(RAW + issuance.document, blocks, readers);
  if (step === null || step.malformed) return step && [];
  const subject = `eip155:${item.chainId}/erc721:${item.contract}/${issuance.tokenId}`;
  return step.subject === subject && step.commitment !== null ? [[step.commitment, issuance.tokenId]] : [];
}

/**
 * Give every tie of a commitment, in order: [{tokenId, isDisputed}]; null where one may be missing.
 * What a disputed key wrote must neither hide nor crowd out what is genuine.
 */
function candidatesOf(commitment, ties, issuances, actors) {
  const isDisputed = ({ meta }) => disputes(actors.get(meta.actor), meta.timeS);
  if (ties.some((tied, at) => tied === null && !isDisputed(issuances[at]))) return null;
  const registrars = new Map(issuances.filter(({ batch }) => batch !== undefined).map((issuance) => [issuance.batch, issuance]));
  const found = ties.flatMap((tied, at) => {
    return (tied ?? [])
      .filter(([tiedTo]) => tiedTo === commitment)
      .map(([, tokenId]) => ({ tokenId, isDisputed: isDisputed(issuances[at]) || isDisputed(registrars.get(tokenId >> 32n)) }));
  });
  const [honest, contested] = [found.filter((tie) => !tie.isDisputed), found.filter((tie) => tie.isDisputed)];
  return found.length > CANDIDATES_MAX ? [...honest, ...contested].slice(0, CANDIDATES_MAX) : found;
}
