/* The page: what was given, and the answer it gives. All state is here; everything is drawn anew after each change. */

import * as secp from "@noble/secp256k1";

import { make } from "./dom.js";
import { makeReaders } from "./documents.js";
import { openBundle } from "./evidence.js";
import { BundleFault, InputFault } from "./faults.js";
import { readBlockHash, readCheckpoint, readOpening, readTrust } from "./inputs.js";
import { bundleInPdf, isPdf, isZip } from "./pdf.js";
import { day, say, showResult } from "./result.js";
import { makeRecover } from "./signatures.js";
import { verifyBundle } from "./verify.js";
import { ENGLISH } from "./words_en.js";
import { FRENCH } from "./words_fr.js";

const FILE_MAX_BYTES = 80 * 1024 * 1024;
const recover = makeRecover(secp);
const readers = makeReaders(JSON.parse(document.getElementById("schemas").textContent));
const given = { bundle: null, hash: "", checkpoint: null, trust: null, opening: null };
const faults = {};
let words = (navigator.language ?? "en").toLowerCase().startsWith("fr") ? FRENCH : ENGLISH;
let turn = 0;

/** Read a file into one of the places of `given`; a fault is shown beside it, and the place stays empty. */
async function take(place, file) {
  delete faults[place];
  given[place] = null;
  try {
    if (file.size > FILE_MAX_BYTES) throw new InputFault(words.too_large);
    const bytes = new Uint8Array(await file.arrayBuffer());
    given[place] = { name: file.name, bytes, value: await READ[place](bytes) };
  } catch (fault) {
    if (!(fault instanceof InputFault)) throw fault;
    faults[place] = fault.message;
  }
  await draw(place);
}

const READ = {
  bundle: async (bytes) => {
    if (isZip(bytes)) return bytes;
    if (!isPdf(bytes)) throw new InputFault(words.not_evidence);
    const found = await bundleInPdf(bytes).catch(() => null);
    if (!found) throw new InputFault(words.no_pdf_bundle);
    return found;
  },
  trust: (bytes) => readTrust(bytes, recover),
  opening: (bytes) => readOpening(bytes),
  checkpoint: async () => null,
};

/** Give the block's hash and who named it, or null. A checkpoint counts only against the trust file of this moment. */
function trustRoot() {
  delete faults.root;
  delete faults.checkpoint;
  try {
    if (given.hash.trim()) return { hash: readBlockHash(given.hash), namedBy: "you name", said: words.root_named };
  } catch (fault) {
    faults.root = fault.message;
    return null;
  }
  return given.checkpoint ? checkpointRoot() : null;
}

function checkpointRoot() {
  try {
    const brand = given.trust ? brandOfBundle() : null;
    if (!brand) throw new InputFault(words.needs_trust);
    const root = readCheckpoint(given.checkpoint.bytes, brand, recover);
    return { ...root, said: say(words.checkpoint_named, root) };
  } catch (fault) {
    if (!(fault instanceof InputFault)) throw fault;
    faults.checkpoint = fault.message;
    return null;
  }
}

/** Find the brand that the bundle's registry belongs to; the only one there is where no bundle was given yet. */
function brandOfBundle() {
  const { brands } = given.trust.value;
  if (!given.bundle) return brands[0];
  try {
    const { registry } = openBundle(given.bundle.value);
    return brands.find((brand) => brand.registry.chain_id === registry.chain_id && brand.registry.contract === registry.contract);
  } catch (fault) {
    if (fault instanceof BundleFault) return brands[0];
    throw fault;
  }
}

async function answer(root, nowS) {
  if (!given.bundle) return [];
  const inputs = { root, trust: given.trust?.value ?? null, opening: given.opening?.value ?? null };
  try {
    const result = await verifyBundle(given.bundle.value, inputs, readers, nowS);
    return showResult(result, { root: !root, trust: !result.brand }, words, nowS);
  } catch (fault) {
    const text = fault instanceof InputFault ? fault.message : words.broken;
    return [make("p", { class: "fault", role: "alert" }, text)];
  }
}

/** Draw everything. The focus goes to the answer where there is one, else back to the control that was used. */
async function draw(focus = "") {
  const mine = (turn += 1);
  const nowS = Date.now() / 1000;
  const root = trustRoot();
  const results = await answer(root, nowS);
  if (mine !== turn) return; // something newer is under way
  document.documentElement.lang = words.language;
  document.title = `Assay: ${words.title}`;
  const live = make("div", { id: "result", "aria-live": "polite", class: "result" }, ...results);
  document
    .getElementById("app")
    .replaceChildren(header(), intro(), givenPanels(root, nowS), live, make("footer", {}, make("p", {}, words.footer)));
  if (focus)
    (results.length && focus !== "language" ? document.getElementById("answer") : document.getElementById(focus))?.focus();
}

function header() {
  const turned = () => {
    words = words === ENGLISH ? FRENCH : ENGLISH;
    draw("language");
  };
  const other = words === ENGLISH ? "fr" : "en";
  return make(
    "header",
    { class: "top" },
    make("span", { class: "mark" }, "Assay"),
    make("button", { class: "plain", id: "language", type: "button", lang: other, onclick: turned }, words.other),
  );
}

function intro() {
  return make("div", {}, make("h1", {}, words.headline), make("p", { class: "lead" }, words.lead));
}

function givenPanels(root, nowS) {
  return make("main", { class: "given", id: "main" }, bundlePanel(), rootPanel(root), trustPanel(nowS), openingPanel());
}

function panel(step, place, hint, ...children) {
  const title = make("h2", { id: `${place}-title` }, words[place]);
  return make(
    "section",
    { class: "panel", "aria-labelledby": `${place}-title` },
    make("span", { class: "step", "aria-hidden": "true" }, step),
    title,
    make("p", { class: "quiet" }, hint),
    ...children,
  );
}

/** A file chooser with what it holds: the name of the file, or why it was not taken. */
function chooser(place, accept) {
  const chosen = (event) => event.target.files[0] && take(place, event.target.files[0]);
  const held = given[place];
  const forget = () => {
    given[place] = null;
    draw(place);
  };
  return [
    make(
      "label",
      { class: "choose" },
      words[`choose_${place}`],
      make("input", { class: "file", type: "file", id: place, accept, onchange: chosen }),
    ),
    held
      ? make(
          "p",
          { class: "done" },
          say(words.read, { name: held.name }),
          " ",
          make("button", { class: "plain", type: "button", onclick: forget }, words.forget),
        )
      : null,
    faults[place] ? make("p", { class: "fault", role: "alert" }, faults[place]) : null,
  ];
}

function bundlePanel() {
  const shown = panel("1", "bundle", words.bundle_hint, ...chooser("bundle", ".zip,.pdf,application/zip,application/pdf"));
  shown.classList.add("drop");
  return shown;
}

function rootPanel(root) {
  const typed = (event) => {
    given.hash = event.target.value;
    draw("hash");
  };
  const field = make("input", {
    class: "field",
    id: "hash",
    value: given.hash,
    autocomplete: "off",
    spellcheck: "false",
    maxlength: "200",
    onchange: typed,
  });
  return panel(
    "2",
    "root",
    words.root_hint,
    make("label", { for: "hash" }, words.root_label),
    field,
    faults.root ? make("p", { class: "fault", role: "alert" }, faults.root) : null,
    make("p", { class: "quiet" }, words.checkpoint),
    ...chooser("checkpoint", ".json,application/json"),
    root ? make("p", { class: "done" }, root.said) : null,
  );
}

function trustPanel(nowS) {
  const trust = given.trust?.value;
  const notes = [];
  if (trust)
    notes.push(
      make(
        "p",
        {},
        say(words.trust_pinned, { count: trust.brands.length, names: trust.brands.map((brand) => brand.name).join(", ") }),
      ),
    );
  if (trust?.signed)
    notes.push(make("p", {}, say(words.trust_signed, trust.signed)), make("p", { class: "exact" }, trust.signed.fingerprint));
  if (trust?.signed && nowS >= trust.expiresAtS)
    notes.push(make("p", { class: "fault" }, say(words.trust_expired, { day: day(trust.expiresAtS, words) })));
  return panel("3", "trust", words.trust_hint, ...chooser("trust", ".json,application/json"), ...notes);
}

function openingPanel() {
  const opening = given.opening?.value;
  const note = opening ? make("p", {}, say(words.opening_read, opening)) : null;
  return panel("4", "opening", words.opening_hint, ...chooser("opening", ".json,application/json"), note);
}

/** Take a dropped file: evidence by its first bytes, JSON by its type. */
async function drop(event) {
  event.preventDefault();
  document.querySelector(".drop")?.classList.remove("over");
  for (const file of event.dataTransfer.files) await take(await placeOf(file), file);
}

async function placeOf(file) {
  const start = await file.slice(0, 65_536).text();
  if (!start.trimStart().startsWith("{")) return "bundle";
  if (start.includes("assay/opening-1")) return "opening";
  return start.includes("assay/checkpoint-1") ? "checkpoint" : "trust";
}

addEventListener("dragover", (event) => {
  event.preventDefault();
  document.querySelector(".drop")?.classList.add("over");
});
addEventListener("dragleave", () => document.querySelector(".drop")?.classList.remove("over"));
addEventListener("drop", drop);
draw();
