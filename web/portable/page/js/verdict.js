/* The law: which codes an audience needs proved, and the one level drawn from the outcomes. docs/verdict.md. */

const CORE = [
  "issuer.trusted",
  "item.recorded",
  "item.unique",
  "passport.match",
  "passport.valid",
  "history.complete",
  "status.clear",
  "chain.final",
];
const ADVISORY = ["history.ordered", "history.authorised", "documents.match", "documents.valid", "sale.recorded"];

export const POLICIES = {
  BUNDLE: { name: "BUNDLE", required: CORE, advisory: ADVISORY },
  BUNDLE_LABEL: { name: "BUNDLE_LABEL", required: ["label.well_formed", "item.committed", ...CORE], advisory: ADVISORY },
};

/** Draw the level. `outcomes` maps codes to passed, failed or unknown; a code without one is unknown. */
export function levelOf(policy, outcomes) {
  const required = policy.required.map((code) => outcomes[code] ?? "unknown");
  if (required.includes("failed")) return "rejected";
  if (required.includes("unknown")) return "undetermined";
  return policy.advisory.every((code) => outcomes[code] === "passed") ? "verified" : "caution";
}

const BY_STATUS = ["stolen", "lost", "revoked", "recalled", "retired"];

/** Choose the one answer, as verifier/answers.py does. `statusNames` are the bits that are set. */
export function answerOf(policy, outcomes, statusNames, wasOpenedOnce = false) {
  const level = levelOf(policy, outcomes);
  if (level === "undetermined") return "cannot_verify";
  if (level === "verified") return "verified";
  if (level === "caution") return outcomes["sale.recorded"] === "failed" ? "not_sold_yet" : "step_unconfirmed";
  const failures = policy.required.filter((code) => outcomes[code] === "failed");
  if (failures.includes("label.well_formed") || failures.includes("item.recorded")) return "not_issued";
  if (failures.includes("item.committed")) return wasOpenedOnce ? "label_replaced" : "not_genuine";
  if (failures.includes("status.clear")) return BY_STATUS.find((name) => statusNames.includes(name));
  return "not_genuine";
}
