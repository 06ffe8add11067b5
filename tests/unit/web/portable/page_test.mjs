/* The page's own modules against the vectors that Python and Solidity are held to. Run by test_page_modules.py. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as secp from "../../../../web/assets/node_modules/@noble/secp256k1/index.js";
import { bytesOf, hexOf, utf8 } from "../../../../web/portable/page/js/bytes.js";
import { parseCanonical } from "../../../../web/portable/page/js/canonical.js";
import { degrees } from "../../../../web/portable/page/js/documents.js";
import { DocumentFault, InputFault } from "../../../../web/portable/page/js/faults.js";
import { fold, registrationDigest } from "../../../../web/portable/page/js/folding.js";
import { readBlockHash, readCheckpoint, readOpening, readTrust } from "../../../../web/portable/page/js/inputs.js";
import { keccak256 } from "../../../../web/portable/page/js/keccak.js";
import { bundleInPdf } from "../../../../web/portable/page/js/pdf.js";
import { fits } from "../../../../web/portable/page/js/schema.js";
import { makeRecover } from "../../../../web/portable/page/js/signatures.js";
import { cidText, parseCid } from "../../../../web/portable/page/js/unixfs.js";
import { ENGLISH } from "../../../../web/portable/page/js/words_en.js";
import { FRENCH } from "../../../../web/portable/page/js/words_fr.js";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url)));
const recover = makeRecover(secp);
const file = (value) => utf8(JSON.stringify(value));

test("keccak256 is Ethereum's, at every length around its block", () => {
  assert.equal(hexOf(keccak256(utf8(""))), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  assert.equal(hexOf(keccak256(utf8("abc"))), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  const hashes = [135, 136, 137, 271, 272].map((size) => hexOf(keccak256(new Uint8Array(size))));
  assert.equal(new Set(hashes).size, 5);
});

test("words fold as the contract folds them", () => {
  const { folds, registration, chain_id: chain, contract, stock_account: stockAccount } = vectors("folding");
  const hex = (text) => text.slice(2);
  const told = {
    count: registration.count,
    stockAccount,
    passports: hex(registration.passports),
    claimRoot: hex(registration.claim_root),
  };
  assert.equal(`0x${hexOf(registrationDigest(chain, contract, BigInt(registration.batch_id), told))}`, registration.digest);
  const first = fold(0n, 0n, bytesOf(hex(registration.digest)), BigInt(registration.meta));
  assert.equal(first, BigInt(registration.batch_word));
  assert.ok(folds.word.length > 0);
});

const brandOf = (checkpoint, keys) => ({
  name: "Maison Exemple",
  registry: { chain_id: checkpoint.chain_id, contract: checkpoint.contract, deployed_block: 0 },
  checkpointKeys: keys,
});

test("a checkpoint counts only under a key of the brand, and as it was signed", () => {
  const { checkpoints, checkpoint_key: key } = vectors("checkpoints");
  for (const { file: checkpoint } of checkpoints) {
    const brand = brandOf(checkpoint, [key.address]);
    assert.equal(`0x${readCheckpoint(file(checkpoint), brand, recover).hash}`, checkpoint.block.hash);
    const changed = { ...checkpoint, block: { ...checkpoint.block, hash: `0x${"11".repeat(32)}` } };
    assert.throws(() => readCheckpoint(file(changed), brand, recover), InputFault);
    assert.throws(() => readCheckpoint(file(checkpoint), brandOf(checkpoint, [checkpoint.contract]), recover), InputFault);
    assert.throws(() => readCheckpoint(file(checkpoint), brandOf(checkpoint, []), recover), InputFault);
    const elsewhere = { ...brand, registry: { ...brand.registry, chain_id: 1 } };
    assert.throws(() => readCheckpoint(file(checkpoint), elsewhere, recover), InputFault);
  }
});

test("the other spelling of a signature is refused", () => {
  const [{ file: checkpoint, digest }] = vectors("checkpoints").checkpoints;
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const { signature } = checkpoint;
  const high = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, "0");
  const other = `${signature.slice(0, 66)}${high}${signature.endsWith("1b") ? "1c" : "1b"}`;
  assert.equal(recover(bytesOf(digest.slice(2)), signature), checkpoint.key);
  assert.throws(() => recover(bytesOf(digest.slice(2)), other), InputFault);
});

test("a signed trust file needs enough of its own keys, and shows its root", async () => {
  const { file: trust, root_fingerprint: fingerprint } = vectors("checkpoints").trust;
  const read = await readTrust(file(trust), recover);
  assert.equal(read.signed.fingerprint, fingerprint);
  assert.equal(read.brands[0].name, "Maison Exemple");
  await assert.rejects(readTrust(file({ ...trust, signatures: trust.signatures.slice(1) }), recover), InputFault);
  await assert.rejects(
    readTrust(file({ ...trust, signatures: [trust.signatures[0], trust.signatures[0]] }), recover),
    InputFault,
  );
  const later = { ...trust, signed: { ...trust.signed, expires_at: "2027-09-25T09:00:00Z" } };
  await assert.rejects(readTrust(file(later), recover), InputFault);
});

test("a label opening is read as people type it, and no fault repeats it", async () => {
  const token = "eip155:31337/erc721:0x5FbDB2315678afecb367f032d93F642f64180aa3/330712481792";
  const opening = { type: "assay/opening-1", gtin: "09521321000018", token };
  for (const { typed, answer } of vectors("serials").serials) {
    const read = await readOpening(file({ ...opening, serial: typed })).catch((fault) => fault);
    assert.equal(read instanceof InputFault ? "refused" : "fits", answer === "fits" ? "fits" : "refused", typed);
    if (read instanceof InputFault) assert.ok(typed.length < 8 || !read.message.includes(typed.slice(0, 8)));
    else assert.match(read.commitment, /^[0-9a-f]{64}$/);
  }
});

test("canonical JSON has one spelling", () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"b":1,"a":1}',
    '{"a":1.0}',
    '{"a":1e2}',
    '{"a":9007199254740993}',
    '{"a":9007199254740992}',
    '\ufeff{"a":1}',
    '{"a":"e\u0301"}',
    '{"a":"\\ud800"}',
    "[1]",
    '{"a": 1}',
    `{"a":${"[".repeat(40)}${"]".repeat(40)}}`,
  ]) {
    assert.throws(() => parseCanonical(utf8(text)), DocumentFault, text);
  }
  assert.deepEqual(parseCanonical(utf8('{"a":[1,0.5,"é"],"b":null}')), { a: [1, 0.5, "é"], b: null });
});

test("a schema word that is not known is an error, never a pass", () => {
  assert.throws(() => fits({}, { propertyNames: {} }), /not known/);
  assert.ok(!fits("2026-02-30", { format: "date" }));
  assert.ok(fits("2028-02-29", { format: "date" }));
});

test("coordinates round as Python rounds them", () => {
  const said = [
    [48.894, "48.894"],
    [0.015625, "0.01562"],
    [0.046875, "0.04688"],
    [-0.015625, "-0.01562"],
    [-0.000001, "0"],
    [0, "0"],
    [-33.865143, "-33.86514"],
  ];
  for (const [value, text] of said) assert.equal(degrees(value), text);
});

test("content ids read back as they are written", () => {
  const cid = `01551220${"ab".repeat(32)}`;
  assert.equal(parseCid(cidText(cid)), cid);
  assert.equal(parseCid(`${cidText(cid).slice(0, -1)}z`), null);
});

test("what is typed as a hash is a hash", () => {
  assert.equal(readBlockHash(` 0x ${"AB CD ".repeat(16)}`), "abcd".repeat(16));
  assert.throws(() => readBlockHash("0x12"), InputFault);
});

test("a PDF without a bundle is a fault, whatever it claims", async () => {
  for (const text of [
    "%PDF-1.7",
    "%PDF-1.7 1 0 obj << /Type /EmbeddedFile /Length 99999 /Filter /FlateDecode >> stream\nxx",
    "%PDF-1.7 /EmbeddedFiles",
  ]) {
    await assert.rejects(bundleInPdf(utf8(text)), InputFault);
  }
});

test("both languages say the same things", () => {
  const keys = (value, at = "") =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.keys(value).flatMap((key) => keys(value[key], `${at}/${key}`))
      : [`${at} ${[...String(value).matchAll(/\{\w+\}/g)].map(String).sort()}`];
  assert.deepEqual(keys(FRENCH), keys(ENGLISH));
});
