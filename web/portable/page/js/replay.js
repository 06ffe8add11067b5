/* Replaying histories and issuances to the words on chain: whoever hides, adds, changes or moves one entry fails here. */

import { equalBytes } from "./bytes.js";
import { BundleFault } from "./faults.js";
import { DOCUMENTED, KINDS, fold, foldRegistration, foldReplacement, registrationDigest } from "./folding.js";

/** Fold every entry and compare with the item's words. Throws BundleFault. */
export function replayHistory(item, words, entries) {
  checkRegistration(item, words, entries[0]);
  let [state, batchState, owner] = [0n, 0n, words.stockAccount];
  for (const entry of entries) {
    if (entry.lane === "batch") batchState = fold(batchState, batchState, entry.digest, entry.meta.word);
    else state = fold(state, batchState, entry.digest, entry.meta.word);
    if (entry.to !== undefined) {
      if (entry.from !== owner) throw new BundleFault("a transfer does not start at the owner before it");
      owner = entry.to;
    }
  }
  if (batchState !== words.batchState) throw new BundleFault("the batch's entries do not give its word on chain");
  if (state !== words.state) throw new BundleFault("the item's entries do not give its word on chain");
  if (owner !== words.owner) throw new BundleFault("the transfers do not give the owner on chain");
}

function checkRegistration(item, words, first) {
  if (!first || first.lane !== "batch" || first.kind !== KINDS.registered) {
    throw new BundleFault("the history does not begin with the batch's registration");
  }
  const digest = registrationDigest(item.chainId, item.contract, item.batch, words);
  if (!equalBytes(first.digest, digest) || BigInt(first.meta.timeS) !== words.registeredAt) {
    throw new BundleFault("the registration is not the one on chain");
  }
}

/** Fold every issuance and compare with the registry's word. Throws BundleFault. */
export function replayIssuances(item, word, issuances) {
  let folded = 0n;
  for (const issuance of issuances) {
    const meta = issuance.meta.word;
    if (issuance.tokenId !== undefined) {
      folded = foldReplacement(folded, issuance.state, issuance.tokenId, issuance.document, meta);
    } else {
      const digest = registrationDigest(item.chainId, item.contract, issuance.batch, issuance);
      folded = foldRegistration(folded, fold(0n, 0n, digest, meta), issuance.batch, meta);
    }
  }
  if (folded !== word) throw new BundleFault("the registrations do not give the issuance word on chain");
}

/** Give the entries whose document must be readable: one that a later entry of its lane voids needs none any more. */
export function documentedSteps(entries) {
  const voided = voidedNumbers(entries);
  return entries.filter((entry) => DOCUMENTED.has(entry.kind) && !voided.has(`${entry.lane} ${entry.number}`));
}

/** Name the entries that another entry of their lane voids, as `lane number`. */
export function voidedNumbers(entries) {
  return new Set(entries.filter((entry) => entry.voids !== undefined).map((entry) => `${entry.lane} ${entry.voids}`));
}
