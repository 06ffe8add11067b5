/* Verify a bundle: prove everything it says, then judge it as of its block. The order is that of docs/bundle.md. */

import { canonicalText } from "./canonical.js";
import { equalBytes, utf8 } from "./bytes.js";
import { CHECKS } from "./checks.js";
import { gatherEvidence, openBundle } from "./evidence.js";
import { BundleFault, InputFault } from "./faults.js";
import { STATUS } from "./folding.js";
import { POLICIES, answerOf, levelOf } from "./verdict.js";

/**
 * Verify the bytes of a bundle. `given` is {trust, root, opening}, each as inputs.js reads it, or null; `nowS` is our clock.
 *
 * Gives {policy, level, answer, findings: [{code, outcome, reason, weight}], block, evidence}; evidence is null where
 * nothing was read. Throws InputFault where the opening is of another piece.
 */
export async function verifyBundle(bytes, given, readers, nowS) {
  const policy = given.opening ? POLICIES.BUNDLE_LABEL : POLICIES.BUNDLE;
  let block = null;
  try {
    const bundle = openBundle(bytes);
    const { hash, number, timeS } = bundle.header;
    block = { hash, number, timeS };
    if (given.opening && given.opening.item.text !== bundle.item.text)
      throw new InputFault("the label opening is of another piece");
    if (given.root && given.root.hash !== hash)
      return nothing(policy, `the bundle is of another block than the one that ${given.root.namedBy}`, block);
    const evidence = await gatherEvidence(bundle, readers);
    checkClaims(bundle, evidence);
    return judged(policy, evidence, given, nowS, block);
  } catch (fault) {
    if (fault instanceof BundleFault)
      return { ...nothing(policy, `the bundle is refused: ${fault.message}`, block), refused: true };
    throw fault;
  }
}

/** Hold checks.json to what the evidence says under the maker's own entry, as if its block were trusted. */
function checkClaims(bundle, evidence) {
  const policy = POLICIES.BUNDLE;
  const maker = { name: "the maker", gtin_prefixes: [], registry: bundle.registry, validFromS: null, validUntilS: null };
  const findings = findingsOf(policy, { ...evidence, brand: maker, root: { hash: bundle.header.hash, namedBy: "is given" } });
  const outcomes = outcomesOf(findings);
  const level = levelOf(policy, outcomes);
  const answer = answerOf(policy, outcomes, statusNames(evidence));
  const expected = { type: "assay/bundle-checks-1", policy: policy.name, level, answer, findings: outcomes };
  if (level === "undetermined") throw new BundleFault("its evidence is not complete");
  if (!equalBytes(utf8(canonicalText(expected)), bundle.members["checks.json"])) {
    throw new BundleFault("checks.json: the checks are not what the evidence says");
  }
}

function judged(policy, evidence, given, nowS, block) {
  const { opening, root } = given;
  const brand = ownBrand(given.trust, evidence.registry, nowS);
  const isOther = brand !== null && brand.registry.code_hash !== evidence.registry.code_hash;
  const found = isOther
    ? otherContract(policy, brand, block, opening)
    : findingsOf(policy, { ...evidence, brand, root, opening });
  const findings = brand && root ? found : found.map(doubted);
  const outcomes = outcomesOf(findings);
  const answer = answerOf(policy, outcomes, statusNames(evidence), wasOpenedOnce(evidence, opening));
  return {
    policy: policy.name,
    level: levelOf(policy, outcomes),
    answer,
    findings,
    block,
    evidence: isOther ? null : evidence,
    brand,
  };
}

/** Whoever can invent a chain can invent a theft on it: a bundle alone rejects nothing. */
function doubted(finding) {
  return finding.outcome === "failed"
    ? { ...finding, outcome: "unknown", reason: `only the bundle says so: ${finding.reason}` }
    : finding;
}

/** Find the brand in the user's own trust file; null where there is none, it has expired, or names another deployment. */
function ownBrand(trust, registry, nowS) {
  if (!trust || (trust.expiresAtS !== null && nowS >= trust.expiresAtS)) return null;
  const own = trust.brands.find(
    (brand) => brand.registry.chain_id === registry.chain_id && brand.registry.contract === registry.contract,
  );
  if (!own) return null;
  const isSame = ["deployed_block", "deployed_block_hash"].every((name) => own.registry[name] === registry[name]);
  return own.registry.code_hash !== registry.code_hash || isSame ? own : null;
}

/** Words of a contract we do not know mean nothing: the one fact is that it is another. */
function otherContract(policy, brand, block, opening) {
  const isOld = block.number < brand.registry.deployed_block;
  const facts = {
    "issuer.trusted": isOld ? null : { outcome: "failed", reason: "the contract's code is not the code the trust file pins" },
    "label.well_formed": opening ? CHECKS["label.well_formed"]({ opening, brand }) : null,
  };
  return nothing(policy, "the contract is not the one we trust", block).findings.map((finding) => ({
    ...finding,
    ...facts[finding.code],
  }));
}

function nothing(policy, why, block) {
  const codes = codesOf(policy);
  const findings = codes.map((code) => ({ code, outcome: "unknown", reason: why, weight: weightOf(policy, code) }));
  return { policy: policy.name, level: "undetermined", answer: "cannot_verify", findings, block, evidence: null, brand: null };
}

function findingsOf(policy, evidence) {
  return codesOf(policy).map((code) => ({ code, ...CHECKS[code](evidence), weight: weightOf(policy, code) }));
}

function codesOf(policy) {
  const asked = [...policy.required, ...policy.advisory];
  return Object.keys(CHECKS).filter((code) => asked.includes(code));
}

function weightOf(policy, code) {
  return policy.required.includes(code) ? "required" : "advisory";
}

function outcomesOf(findings) {
  return Object.fromEntries(findings.map(({ code, outcome }) => [code, outcome]));
}

function statusNames({ words }) {
  return Object.keys(STATUS).filter((name) => STATUS[name] & words.status);
}

/** Say whether this label ever was the item's own; another one is in force now. */
function wasOpenedOnce({ passport, candidates, item }, opening) {
  if (!opening) return false;
  return (
    passport?.commitment === opening.commitment ||
    (candidates(opening.commitment) ?? []).some((tie) => tie.tokenId === item.tokenId)
  );
}
