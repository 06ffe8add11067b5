/* One function a property, as verifier/checks has them: evidence in, finding out. Never fails: what can only be lost evidence. */

import { KINDS, NO_LONGER_CLEAR, STATUS } from "./folding.js";
import { documentedSteps, voidedNumbers } from "./replay.js";
import { disputes } from "./words.js";

const AFTER_RECORDED_MAX_S = 24 * 3600;
const BACKWARDS_MAX_S = 48 * 3600;
const passed = (reason) => ({ outcome: "passed", reason });
const failed = (reason) => ({ outcome: "failed", reason });
const unknown = (reason) => ({ outcome: "unknown", reason });

const isRead = (document) => document !== null && document !== undefined && !document.malformed;
const documentOf = (evidence, entry) => evidence.documents.get(entry.document) ?? null;
const isDisputed = (evidence, entry) => disputes(evidence.actors.get(entry.meta.actor), entry.meta.timeS);

function checkLabel({ opening, brand }) {
  if (!opening) return unknown("the item was named by its token, no label was read");
  if (!brand) return unknown("there is no trust file to hold the label against");
  if (!brand.gtin_prefixes.some((prefix) => opening.gtin.startsWith(prefix)))
    return failed(`GTIN ${opening.gtin} is not one of ${brand.name}'s`);
  return passed("the label is in the maker's form");
}

function checkIssuer(evidence) {
  const { brand, header } = evidence;
  if (!brand) return unknown("no brand of your own trust file to hold the registry against");
  if (header.number < brand.registry.deployed_block) return unknown("the block read is older than the registry");
  const [{ meta }] = evidence.entries;
  if (brand.validUntilS !== null && meta.timeS >= brand.validUntilS)
    return failed(`registered after ${brand.name} gave this registry up`);
  if (brand.validFromS !== null && meta.timeS < brand.validFromS)
    return failed(`registered before ${brand.name} answered for this registry`);
  if (isDisputed(evidence, evidence.entries[0])) return failed("the registration was made with a key that the brand disputes");
  return passed(`the registry is ${brand.name}'s own`);
}

function checkCommitted(evidence) {
  const { opening, passport } = evidence;
  if (!opening) return unknown("there is no label to open the commitment with");
  if (!isRead(passport)) return unknown("the passport could not be read");
  const recorded = [passport.commitment];
  const contested = [];
  for (const entry of documentedSteps(evidence.entries)) {
    if (entry.kind === KINDS.label_replaced)
      (isDisputed(evidence, entry) ? contested : recorded).push(replacedBy(evidence, entry));
  }
  const inForce = recorded.pop();
  if (inForce === null) return unknown("a replaced label's document could not be read");
  if (opening.commitment === inForce) return passed("the label's serial opens the item's commitment");
  if (contested.includes(opening.commitment) || contested.includes(null))
    return unknown("this label may come from an actor that the brand disputes");
  if (recorded.includes(opening.commitment)) return failed("this label was replaced: the item carries a newer one");
  return failed("the label's serial does not open the item's commitment");
}

function replacedBy(evidence, entry) {
  const document = documentOf(evidence, entry);
  return isRead(document) && KINDS[document.kind] === entry.kind && document.subject === evidence.item.text
    ? document.commitment
    : null;
}

function checkUnique({ passport, opening, candidates: candidatesOf, item }) {
  const commitment = opening ? opening.commitment : isRead(passport) && passport.commitment;
  const candidates = commitment ? candidatesOf(commitment) : null;
  if (candidates === null) return unknown("whether another item carries this commitment could not be read");
  if (candidates.some((tie) => tie.tokenId !== item.tokenId && !tie.isDisputed))
    return failed("another item carries the same commitment");
  if (!candidates.some((tie) => tie.tokenId === item.tokenId))
    return unknown("the batch's commitment files do not name this item");
  return passed("no other item carries this commitment");
}

function checkPassportMatch({ passport }) {
  return passport === null ? unknown("the passport is not in the bundle") : passed("the passport is the one recorded");
}

function checkPassportValid({ passport, item }) {
  if (passport === null) return unknown("the passport is not in the bundle");
  if (passport.malformed) return failed(`the recorded passport is not valid: ${passport.malformed}`);
  if (passport.item.text !== item.text) return failed(`the recorded passport is of another item: ${passport.item.text}`);
  return passed("the passport names this very item");
}

function checkOrdered(evidence) {
  const steps = documentedSteps(evidence.entries);
  const read = steps.map((entry) => [entry, documentOf(evidence, entry)]).filter(([, document]) => isRead(document));
  const day = (timeS) => new Date(timeS * 1000).toISOString().slice(0, 10);
  const late = read.find(([entry, document]) => document.happenedAt - entry.meta.timeS > AFTER_RECORDED_MAX_S);
  if (late) return failed(`a step claims to have happened after it was recorded (${day(late[1].happenedAt)})`);
  let latest = -Infinity;
  for (const [, document] of read) {
    latest = Math.max(latest, document.happenedAt);
    if (latest - document.happenedAt > BACKWARDS_MAX_S)
      return failed(`time runs back from ${day(latest)} to ${day(document.happenedAt)}`);
  }
  if (read.length < steps.length) return unknown("a step's document could not be read");
  return passed("the steps happened in the order recorded");
}

function checkAuthorised(evidence) {
  const voided = voidedNumbers(evidence.entries);
  const wrong = evidence.entries.find((entry) => !voided.has(`${entry.lane} ${entry.number}`) && isDisputed(evidence, entry));
  if (wrong) return failed(`entry ${wrong.number} was written by an actor that the brand disputes (${wrong.meta.actor})`);
  return passed("no step was written by a disputed actor");
}

function checkDocumentsMatch(evidence) {
  const steps = documentedSteps(evidence.entries);
  const gap = steps.find((entry) => documentOf(evidence, entry) === null);
  if (gap) return unknown(`the document of entry ${gap.number} (${gap.lane}) is not in the bundle`);
  return passed(`${steps.length} step documents are the ones recorded`);
}

function checkDocumentsValid(evidence) {
  let isMissing = false;
  for (const entry of documentedSteps(evidence.entries)) {
    const document = documentOf(evidence, entry);
    const fault = document?.malformed
      ? `is not valid: ${document.malformed}`
      : document && faultOf(document, entry, evidence.item);
    if (fault) return failed(`the document of entry ${entry.number} (${entry.lane}) ${fault}`);
    isMissing ||= document === null;
  }
  return isMissing ? unknown("a step's document is missing") : passed("every step document is valid and about this item");
}

function faultOf(document, entry, item) {
  if (KINDS[document.kind] !== entry.kind) return `says ${document.kind}, the chain says otherwise`;
  if (document.subject !== (entry.lane === "batch" ? item.batchText : item.text)) return `is about ${document.subject}`;
  if (document.recorder.account !== entry.meta.actor) return `names ${document.recorder.account} as its recorder`;
  if (entry.voids !== undefined && (document.voidsEntry === null || BigInt(document.voidsEntry) !== entry.voids)) {
    return `voids entry ${document.voidsEntry}, the chain voids entry ${entry.voids}`;
  }
  return null;
}

function checkStatus({ words }) {
  const bits = words.status & NO_LONGER_CLEAR;
  const names = Object.keys(STATUS).filter((name) => STATUS[name] & bits);
  return bits
    ? failed(`the item is ${names.join(" and ")}`)
    : passed("not reported stolen or lost, not revoked, recalled or retired");
}

function checkFinal({ root, header }) {
  if (!root) return unknown("the block's hash is known only from the bundle");
  return passed(`read at final block ${header.number}, whose hash ${root.namedBy}`);
}

function checkSale({ words }) {
  if (words.status & STATUS.sold) return passed("the maker recorded the sale");
  return failed("the maker has not recorded a sale: this piece should still be in stock");
}

export const CHECKS = {
  "label.well_formed": checkLabel,
  "issuer.trusted": checkIssuer,
  "item.recorded": () => passed("the maker recorded this item"),
  "item.committed": checkCommitted,
  "item.unique": checkUnique,
  "passport.match": checkPassportMatch,
  "passport.valid": checkPassportValid,
  "history.complete": ({ entries }) => passed(`all ${entries.length} entries replay to the words on chain`),
  "history.ordered": checkOrdered,
  "history.authorised": checkAuthorised,
  "documents.match": checkDocumentsMatch,
  "documents.valid": checkDocumentsValid,
  "status.clear": checkStatus,
  "chain.final": checkFinal,
  "sale.recorded": checkSale,
};
