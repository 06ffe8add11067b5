/* EPCIS 2.0 events inside steps: what each kind says, whose event it is, and its hash (CBV 2.0, section 8.9). */

import { sha256, utf8 } from "./bytes.js";
import { DocumentFault } from "./faults.js";
import { accountOf } from "./ids.js";

const OURS = "https://assay.example/vocabulary/";
const [OBJECT, TRANSFORMATION, AGGREGATION] = ["ObjectEvent", "TransformationEvent", "AggregationEvent"];
const [TRANSACTION, ASSOCIATION] = ["TransactionEvent", "AssociationEvent"];
const MAKING = [OBJECT, TRANSACTION, TRANSFORMATION];
const MOVING = [OBJECT, TRANSACTION, AGGREGATION];
const FITTING = [OBJECT, TRANSACTION, ASSOCIATION];
const USUAL = [OBJECT, TRANSACTION];
const [HOLDS, WATCH] = [["conformant", "non_conformant"], "OBSERVE"];
const terms = (step, states, action = WATCH, types = USUAL) => ({ step, states, action, types });

const TERMS = {
  sourced: terms("creating_class_instance", ["active"], "ADD", MAKING),
  manufactured: terms("commissioning", ["active"], "ADD", [...MAKING, ASSOCIATION]),
  inspected: terms("inspecting", [...HOLDS, "needs_replacement", "damaged"]),
  shipped: terms("shipping", ["in_transit"], WATCH, MOVING),
  received: terms("receiving", ["in_progress", "sellable_accessible", "sellable_not_accessible", "damaged"], WATCH, MOVING),
  customs_cleared: terms(`${OURS}customs_cleared`, ["in_transit", "in_progress"], WATCH, MOVING),
  sold: terms("retail_selling", ["retail_sold"]),
  serviced: terms("repairing", [...HOLDS, "in_progress", "needs_replacement"], WATCH, [...FITTING, TRANSFORMATION]),
  authenticated: terms("inspecting", [...HOLDS, "mismatch_instance"]),
  label_replaced: terms(`${OURS}label_replaced`, [], WATCH, [OBJECT]),
  recalled: terms("holding", ["recalled"], WATCH, [OBJECT]),
  retired: terms("decommissioning", ["inactive"], "DELETE", [OBJECT]),
  returned: terms("receiving", ["returned"]),
  revoked: terms(`${OURS}revoked`, ["non_sellable_other"], WATCH, [OBJECT]),
  voided: terms(`${OURS}voided`, [], WATCH, [OBJECT]),
};

/** Hold an event to its envelope: an EPCIS system reads the one, people read the other. */
export async function checkEvent(kind, subject, placeUri, document) {
  const { event } = document;
  const said = TERMS[kind];
  const must = (holds, field) => {
    if (!holds) throw new DocumentFault(`/event/${field} does not fit a ${kind} step`);
  };
  must(said.types.includes(event.type), "type");
  must(event.bizStep === said.step, "bizStep");
  must(said.states.length ? said.states.includes(event.disposition) : event.disposition === undefined, "disposition");
  must(event.type !== OBJECT || event.action === said.action, "action");
  const namesParties = event.sourceList !== undefined || event.destinationList !== undefined;
  must(!(["sold", "returned"].includes(kind) && namesParties), "sourceList");
  const subjects = subjectsOf(event);
  must(subjects.length === 1 && subjects[0] === subject, "epcList");
  must((event.readPoint ? event.readPoint.id : null) === placeUri, "readPoint");
  checkIdentifiers(event);
  must(Date.parse(event.eventTime) <= Date.parse(document.issuedAt), "eventTime");
  must(event.eventID === `ni:///sha-256;${await sha256(utf8(eventText(event)))}?ver=CBV2.0`, "eventID");
}

function subjectsOf(event) {
  if (event.type === ASSOCIATION) return [event.parentID];
  const places = {
    [TRANSFORMATION]: ["outputEPCList", "outputQuantityList"],
    [AGGREGATION]: ["childEPCs", "childQuantityList"],
  };
  const [epcs, quantities] = places[event.type] ?? ["epcList", "quantityList"];
  return [...(event[epcs] ?? []), ...(event[quantities] ?? []).map((entry) => entry.epcClass)];
}

const X = "[A-Za-z0-9._-]";
const CANONICAL = new RegExp(
  "^https://id\\.gs1\\.org/(?:(?:00/([0-9]{18})" +
    `|01/([0-9]{14})(?:/(?:10|21|235)/${X}{1,28})?|253/([0-9]{13})${X}{0,17}|414/([0-9]{13})(?:/254/${X}{1,20})?` +
    `|417/([0-9]{13})|8003/0([0-9]{13})${X}{0,16}|8004/[0-9]{4}${X}{0,26}))$`,
);
const DIGITAL_LINK = new RegExp(
  "^https://[^/]+(?:/[^/?#]*)*?/(?:00|01|253|255|401|402|414|417|8003|8004|8006|8010|8017|8018" +
    "|gtin|itip|cpid|gln|party|gsrnp|gsrn|gcn|sscc|gdti|ginc|gsin|grai|giai)/[0-9]{4}",
);

/** Refuse an identifier that is spelled another way than its canonical one. */
function checkIdentifiers(value) {
  if (value !== null && typeof value === "object") {
    Object.values(value).forEach(checkIdentifiers);
  } else if (typeof value === "string" && value.startsWith("https://id.gs1.org/")) {
    const match = CANONICAL.exec(value);
    if (!match || !match.slice(1).every((digits) => digits === undefined || hasCheckDigit(digits))) {
      throw new DocumentFault("a GS1 identifier is not in canonical form with a right check digit");
    }
  } else if (typeof value === "string" && value.startsWith("eip155:")) {
    accountOf(value.split("/")[1].replace(/^erc721:/, ""), "/event");
  } else if (typeof value === "string" && value.startsWith("https://") && DIGITAL_LINK.test(value)) {
    throw new DocumentFault("a Digital Link is not in its canonical form");
  }
}

/** Say whether the last of `digits` is GS1's check digit of those before it. */
export function hasCheckDigit(digits) {
  const sum = [...digits].reverse().reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

const CBV = "https://ref.gs1.org/cbv/";
const BARE = { bizStep: `${CBV}BizStep-`, disposition: `${CBV}Disp-` };
const PARTIES = {
  bizTransactionList: ["bizTransaction", `${CBV}BTT-`],
  sourceList: ["source", `${CBV}SDT-`],
  destinationList: ["destination", `${CBV}SDT-`],
};
const ORDER = [
  "eventTime",
  "eventTimeZoneOffset",
  "parentID",
  "epcList",
  "inputEPCList",
  "childEPCs",
  "quantityList",
  "childQuantityList",
  "inputQuantityList",
  "outputEPCList",
  "outputQuantityList",
  "action",
  "bizStep",
  "disposition",
  "readPoint",
  "bizLocation",
  "bizTransactionList",
  "sourceList",
  "destinationList",
];

/** Give the text that is hashed: fields in the standard's order, lists sorted. */
export function eventText(event) {
  return `eventType=${event.type}${ORDER.map((name) => (event[name] === undefined ? "" : fieldText(name, event[name]))).join("")}`;
}

function fieldText(name, value) {
  if (/(EPCList|epcList|childEPCs)$/.test(name))
    return (
      name +
      value
        .map((epc) => `epc=${epc}`)
        .sort()
        .join("")
    );
  if (name.endsWith("uantityList")) return name + value.map(quantityText).sort().join("");
  if (name === "readPoint" || name === "bizLocation") return `${name}id=${value.id}`;
  if (name in PARTIES) {
    const [key, prefix] = PARTIES[name];
    return (
      name +
      value
        .map((entry) => `type=${prefix}${entry.type}${key}=${entry[key]}`)
        .sort()
        .join("")
    );
  }
  return `${name}=${name in BARE && !value.includes(":") ? BARE[name] : ""}${value}`;
}

function quantityText(entry) {
  const count = entry.quantity === undefined ? "" : `quantity=${numberText(entry.quantity)}`;
  return `quantityElementepcClass=${entry.epcClass}${count}${entry.uom === undefined ? "" : `uom=${entry.uom}`}`;
}

/** Write a number as the hash does: below 0.0001 with an exponent of two digits. */
function numberText(number) {
  if (Number.isInteger(number)) return BigInt(number).toString();
  if (Math.abs(number) >= 1e-4) return String(number);
  return number.toExponential().replace(/e-(\d)$/, "e-0$1");
}
