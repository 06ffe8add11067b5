/* Entries and issuances of a bundle: records of 129 bytes. docs/bundle.md, "Entries" and "Issuances". */

import { equalBytes, hexOf, numberOf, wordBytes } from "./bytes.js";
import { BundleFault } from "./faults.js";
import {
  DOCUMENTED,
  KINDS,
  WORDS_OF_KINDS,
  metaOf,
  registrationDigest,
  reportDigest,
  transferDigest,
  voidDigest,
} from "./folding.js";
import { addressOf, addressOfWord } from "./ids.js";
import { RAW } from "./unixfs.js";

const RECORD_BYTES = 129;
const REPORTS = [KINDS.reported_stolen, KINDS.reported_lost, KINDS.report_withdrawn];
const ZERO = new Uint8Array(32);

function recordsOf(bytes, name) {
  if (bytes.length % RECORD_BYTES) throw new BundleFault(`${name}: not whole records of ${RECORD_BYTES} bytes`);
  return Array.from({ length: bytes.length / RECORD_BYTES }, (_, at) =>
    bytes.subarray(at * RECORD_BYTES, (at + 1) * RECORD_BYTES),
  );
}

/** Read the history of an item. No entry is later than `untilS`. Throws BundleFault. */
export function readEntries(bytes, item, issuances, untilS) {
  const batch = issuances.find((issuance) => issuance.batch === item.batch);
  const registered = batch ? registrationDigest(item.chainId, item.contract, batch.batch, batch) : ZERO;
  const numbers = { item: 0, batch: 0 };
  return recordsOf(bytes, "entries.bin").map((record, at) => {
    const meta = metaOf(numberOf(record.subarray(1, 33)));
    if (record[0] > 1 || !(meta.kind in WORDS_OF_KINDS))
      throw new BundleFault(`entries.bin: record ${at} is of a kind not known`);
    const words = [record.subarray(33, 65), record.subarray(65, 97), record.subarray(97, 129)];
    const told = tellingOf(meta.kind, registered, words);
    const isPlain = told.plain.every((word, place) => equalBytes(word, words[place]));
    if (!isPlain || meta.timeS > untilS)
      throw new BundleFault(`entries.bin: record ${at} is not in its one form, or later than the block`);
    const lane = record[0] ? "batch" : "item";
    numbers[lane] += 1;
    return { lane, meta, kind: meta.kind, number: numbers[lane], digest: told.digest, ...told.says };
  });
}

/** Read the words a, b and c as the kind says: the digest that was folded, what is told, and the plain spelling. */
function tellingOf(kind, registered, [a, b, c]) {
  if (kind === KINDS.voided) {
    const voids = numberOf(b);
    return { digest: voidDigest(voids, hexOf(a)), says: { document: RAW + hexOf(a), voids }, plain: [a, b, ZERO] };
  }
  if (DOCUMENTED.has(kind)) return { digest: a, says: { document: RAW + hexOf(a) }, plain: [a, ZERO, ZERO] };
  if (kind === KINDS.transferred || kind === KINDS.claimed) {
    const [from, to] = [addressOfWord(numberOf(a)), addressOfWord(numberOf(b))];
    const isClaim = kind === KINDS.claimed;
    const plain = [wordBytes(BigInt(from)), wordBytes(BigInt(to)), isClaim ? c : ZERO];
    return { digest: isClaim ? c : transferDigest(from, to), says: { from, to }, plain };
  }
  if (REPORTS.includes(kind)) return { digest: reportDigest(numberOf(a)), says: { reason: numberOf(a) }, plain: [a, ZERO, ZERO] };
  if (kind === KINDS.registered) return { digest: registered, says: {}, plain: [ZERO, ZERO, ZERO] };
  return { digest: a, says: {}, plain: [a, ZERO, ZERO] };
}

/** Read the issuance lane of a registry. Throws BundleFault. */
export function readIssuances(bytes, untilS) {
  return recordsOf(bytes, "issuances.bin").map((record, at) => {
    const meta = metaOf(numberOf(record.subarray(97)));
    if (![KINDS.registered, KINDS.label_replaced].includes(record[0]))
      throw new BundleFault(`issuances.bin: record ${at} is of a kind not known`);
    if (meta.kind !== record[0] || meta.timeS > untilS)
      throw new BundleFault(`issuances.bin: record ${at} is not in its one form, or later than the block`);
    if (meta.kind === KINDS.label_replaced) {
      const [tokenId, state] = [numberOf(record.subarray(1, 33)), numberOf(record.subarray(33, 65))];
      return { meta, tokenId, state, document: hexOf(record.subarray(65, 97)) };
    }
    return {
      meta,
      batch: numberOf(record.subarray(1, 9)),
      count: Number(numberOf(record.subarray(9, 13))),
      stockAccount: addressOf(hexOf(record.subarray(13, 33))),
      passports: hexOf(record.subarray(33, 65)),
      claimRoot: hexOf(record.subarray(65, 97)),
    };
  });
}

/** Give everybody who wrote one of these, each once, ascending by the bytes of the account. */
export function writersOf(entries, issuances) {
  const accounts = new Map([...entries, ...issuances].map(({ meta }) => [meta.actor.toLowerCase(), meta.actor]));
  return [...accounts.keys()].sort().map((account) => accounts.get(account));
}
