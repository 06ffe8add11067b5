/* Passports, steps and commitment files, held to their schemas and to themselves. Source: provenance_schemas. */

import { parseCanonical } from "./canonical.js";
import { checkEvent, hasCheckDigit } from "./events.js";
import { DocumentFault } from "./faults.js";
import { accountOf, batchText, itemOf } from "./ids.js";
import { fits } from "./schema.js";
import { RAW, parseCid } from "./unixfs.js";

/** Make the readers of documents from our three schemas: {passport, step, commitments}. */
export function makeReaders(schemas) {
  return {
    passport: (bytes) => passportOf(fitting(parseCanonical(bytes), schemas.passport)),
    step: (bytes) => stepOf(fitting(parseCanonical(bytes), schemas.step)),
    commitments: (bytes) => commitmentsOf(fitting(parseCanonical(bytes), schemas.commitments)),
  };
}

function fitting(document, schema) {
  if (!fits(document, schema)) throw new DocumentFault("does not fit its schema");
  return document;
}

function passportOf(document) {
  if (document.tokenId !== document.token.tokenId) throw new DocumentFault("/tokenId: is not token.tokenId");
  document.images.forEach((image, at) => checkDigest(image, `/images/${at}`));
  if (document.image !== document.images[0].uri) throw new DocumentFault("/image: must be the first of images");
  const item = tokenOf(document.token, "/token");
  if (!hasCheckDigit(document.product.gtin)) throw new DocumentFault("/product/gtin: wrong check digit");
  document.product.marks.forEach((mark, at) => mark.image && checkDigest(mark.image, `/product/marks/${at}/image`));
  return { item, commitment: document.commitment, document };
}

async function stepOf(document) {
  const subject = subjectOf(document.subject);
  await checkEvent(document.kind, subject, placeUri(document.place), document);
  if (document.image?.startsWith("ipfs://")) linkedCid(document.image, "/image");
  accountOf(document.recorder.account, "/recorder/account");
  document.evidence.forEach((evidence, at) => checkDigest(evidence, `/evidence/${at}`));
  return {
    subject,
    kind: document.kind,
    commitment: document.commitment ?? null,
    voidsEntry: document.voids ? document.voids.entry : null,
    recorder: document.recorder,
    happenedAt: Date.parse(document.event.eventTime) / 1000,
    document,
  };
}

function commitmentsOf(document) {
  document.pairs.forEach(([commitment], at) => {
    if (at && document.pairs[at - 1][0] >= commitment)
      throw new DocumentFault(`/pairs/${at}/0: must be greater than the one before it`);
  });
  if (document.part >= document.parts) throw new DocumentFault("/part: must be below parts");
  return document;
}

/** Join a batch's commitment files, in order: [commitment, index] each piece once. Throws DocumentFault. */
export function joinCommitments(files, count) {
  if (count < 1 || count > 4096) throw new DocumentFault("a batch has 1 to 4,096 pieces");
  const joined = [];
  files.forEach((file, part) => {
    if (file.part !== part || file.parts !== files.length) throw new DocumentFault("/part: is another one");
    if (joined.length && joined[joined.length - 1][0] >= file.pairs[0][0]) throw new DocumentFault("/pairs: out of order");
    joined.push(...file.pairs);
  });
  const indices = joined.map(([, index]) => index).sort((left, right) => left - right);
  if (indices.length !== count || indices.some((index, at) => index !== at))
    throw new DocumentFault("/pairs: must name each piece once");
  return joined;
}

function tokenOf(token, where) {
  return itemOf(token.chainId, accountOf(token.contract, `${where}/contract`), BigInt(token.tokenId));
}

/** Name a step's subject by its text: an item's CAIP-19 id, or its batch's. */
function subjectOf(value) {
  if (!value.batch) return tokenOf(value.token, "/subject/token").text;
  const { chainId, contract, batchId } = value.batch;
  return batchText(chainId, accountOf(contract, "/subject/batch/contract"), BigInt(batchId));
}

/** A raw content id is the digest of the file too, so the two must agree. */
function checkDigest(value, where) {
  if (!value.uri.startsWith("ipfs://")) return;
  const cid = linkedCid(value.uri, `${where}/uri`);
  if (cid.startsWith(RAW) && cid.slice(8) !== value.sha256) throw new DocumentFault(`${where}/sha256: is another digest`);
}

function linkedCid(uri, where) {
  const cid = parseCid(uri.slice("ipfs://".length));
  if (cid === null) throw new DocumentFault(`${where}: not a content id`);
  return cid;
}

/** Give a place's identifier, or its coordinates as a geo: URI, or null. */
function placeUri(place) {
  if (!place) return null;
  if (place.id !== undefined || place.latitude === undefined || place.longitude === undefined) return place.id ?? null;
  return `geo:${degrees(place.latitude)},${degrees(place.longitude)}`;
}

/** Five decimals, a tie to the even digit as Python rounds; ties are multiples of 1/64 only. */
export function degrees(value) {
  const scaled = value * 1e5;
  let text = value.toFixed(5);
  if (Number.isInteger(value * 64) && Math.abs(scaled % 1) === 0.5) {
    const even = 2 * Math.round(scaled / 2);
    text = (even / 1e5).toFixed(5);
  }
  const short = text.replace(/0+$/, "").replace(/\.$/, "");
  return short === "-0" || short === "" ? "0" : short;
}
