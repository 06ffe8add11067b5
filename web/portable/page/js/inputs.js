/* What a person brings beside the bundle: a trust file, a signed checkpoint, a block's hash, a label opening. */

import { canonicalText, parseJson } from "./canonical.js";
import { bytesOf, sha256, utf8 } from "./bytes.js";
import { hasCheckDigit } from "./events.js";
import { DocumentFault, InputFault } from "./faults.js";
import { parseAddress, parseItem } from "./ids.js";
import { encodeWords, typeHash, typedDigest } from "./signatures.js";

const MIB = 1024 * 1024;
const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isWord = (value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
const isCount = (value, least) => Number.isSafeInteger(value) && value >= least;
const isText = (value) => typeof value === "string" && value !== "";

function must(holds, why) {
  if (!holds) throw new InputFault(why);
}

function jsonOf(bytes, sizeMax, what) {
  try {
    const value = parseJson(bytes, sizeMax);
    must(isObject(value), `${what} is a JSON object`);
    return value;
  } catch (fault) {
    if (fault instanceof DocumentFault) throw new InputFault(`${what}: ${fault.message}`);
    throw fault;
  }
}

/** Read a time as 2026-11-22T05:17:33Z, in Unix seconds. */
export function instantOf(value, where) {
  const timeS = typeof value === "string" && /^\d{4}(-\d\d){2}T(\d\d:){2}\d\dZ$/.test(value) ? Date.parse(value) / 1000 : NaN;
  must(
    !Number.isNaN(timeS) && new Date(timeS * 1000).toISOString() === value.replace("Z", ".000Z"),
    `${where} is no time as 2026-11-22T05:17:33Z`,
  );
  return timeS;
}

// ---- trust files

/** Read a trust file: {brands, expiresAtS, signed}. One with signatures must carry enough of its own root keys'. */
export async function readTrust(bytes, recover) {
  const top = jsonOf(bytes, MIB, "a trust file");
  const signed = "signed" in top ? await readSigned(top, recover) : null;
  const entries = signed ? top.signed : top;
  must(signed || top.type === "assay/trust-1", 'a trust file has type "assay/trust-1", or is signed');
  must(Array.isArray(entries.brands) && entries.brands.length > 0, "/brands: must be a list with at least one entry");
  return { brands: entries.brands.map(brandOf), expiresAtS: signed ? signed.expiresAtS : null, signed };
}

function brandOf(value, at) {
  const where = `/brands/${at}`;
  must(isObject(value) && isText(value.name) && isObject(value.registry), `${where}: has a name and a registry`);
  const { registry } = value;
  const prefixes = value.gtin_prefixes;
  must(
    Array.isArray(prefixes) && prefixes.length && prefixes.every((prefix) => /^[0-9]{4,14}$/.test(prefix)),
    `${where}/gtin_prefixes`,
  );
  must(
    isCount(registry.chain_id, 1) && isCount(registry.deployed_block, 0),
    `${where}/registry: chain_id and deployed_block are numbers`,
  );
  must(
    isWord(registry.code_hash) && isWord(registry.deployed_block_hash),
    `${where}/registry: code_hash and deployed_block_hash`,
  );
  const contract = parseAddress(registry.contract);
  must(contract !== null, `${where}/registry/contract: not an account`);
  const keys = (value.checkpoint_keys ?? []).map(parseAddress);
  must(!keys.includes(null), `${where}/checkpoint_keys: not accounts`);
  const timeOf = (name) => (value[name] === undefined ? null : instantOf(value[name], `${where}/${name}`));
  return {
    name: value.name,
    gtin_prefixes: prefixes,
    registry: { ...registry, contract },
    checkpointKeys: keys,
    validFromS: timeOf("valid_from"),
    validUntilS: timeOf("valid_until"),
  };
}

async function readSigned(top, recover) {
  const { signed, signatures } = top;
  must(
    isObject(signed) && signed.type === "assay/trust-2" && Array.isArray(signatures),
    "a signed trust file has signed and signatures",
  );
  const { name, version, root } = signed;
  must(isText(name) && isCount(version, 1) && isObject(root) && Array.isArray(root.keys), "/signed: has name, version and root");
  const keys = root.keys.map(parseAddress);
  must(!keys.includes(null) && new Set(keys).size === keys.length, "/signed/root/keys: accounts, each once");
  must(isCount(root.threshold, 1) && root.threshold <= keys.length && signatures.length <= 64, "/signed/root/threshold");
  const expiresAtS = instantOf(signed.expires_at, "/signed/expires_at");
  const content = bytesOf(await sha256(utf8(canonicalText(signed))));
  const domain = encodeWords(typeHash("EIP712Domain(string name,string version)"), typeHash("Assay Trust"), typeHash("1"));
  const type = typeHash("Trust(string name,uint64 version,uint64 expiresAt,bytes32 content)");
  const digest = typedDigest(domain, encodeWords(type, typeHash(name), version, expiresAtS, content));
  const signers = new Set(
    signatures.filter((one) => isObject(one) && holds(one, digest, recover)).map((one) => parseAddress(one.keyid)),
  );
  const count = keys.filter((key) => signers.has(key)).length;
  must(count >= root.threshold, `the trust file is signed by ${count} of its own keys; ${root.threshold} are needed`);
  const fingerprint = await sha256(utf8(`assay/root\n${canonicalText({ keys: root.keys, name, threshold: root.threshold })}`));
  return { name, version, expiresAtS, fingerprint, count, threshold: root.threshold };
}

function holds(one, digest, recover) {
  try {
    return recover(digest, one.sig) === parseAddress(one.keyid);
  } catch {
    return false;
  }
}

// ---- trust roots

/** Read a block's hash as somebody types it; lower-case hex without 0x. */
export function readBlockHash(text) {
  const plain = text.replace(/\s/g, "").toLowerCase().replace(/^0x/, "");
  must(/^[0-9a-f]{64}$/.test(plain), "a block's hash is 0x and 64 hexadecimal digits");
  return plain;
}

/** Read a checkpoint and hold it against a brand of the trust file: {hash, namedBy}. */
export function readCheckpoint(bytes, brand, recover) {
  const value = jsonOf(bytes, 64 * 1024, "a checkpoint");
  must(value.type === "assay/checkpoint-1" && isObject(value.block), 'a checkpoint has type "assay/checkpoint-1" and a block');
  const { block, points } = value;
  must(isCount(value.sequence, 1) && isCount(block.number, 0) && isCount(value.chain_id, 1), "a checkpoint's numbers");
  must([block.hash, value.issuance, value.previous].every(isWord), "a checkpoint's hashes");
  must(points === null || (isObject(points) && isCount(points.size, 0) && isWord(points.root)), "/points");
  must((value.sequence === 1) === /^0x0+$/.test(value.previous), "/previous: is zero in checkpoint 1 and nowhere else");
  const contract = parseAddress(value.contract);
  const { registry } = brand;
  must(
    value.chain_id === registry.chain_id && contract === registry.contract,
    `the checkpoint is not about the registry of ${brand.name}`,
  );
  must(brand.checkpointKeys.length > 0, `the trust file names no checkpoint key of ${brand.name}`);
  const signer = recover(checkpointDigest(value, contract), value.signature);
  must(signer === parseAddress(value.key), "the checkpoint is not signed by the key it names");
  must(brand.checkpointKeys.includes(signer), `the checkpoint is signed by ${signer}, no checkpoint key of ${brand.name}`);
  must(block.number >= registry.deployed_block, "the checkpoint names a block older than the registry");
  return {
    hash: block.hash.slice(2),
    namedBy: `checkpoint ${value.sequence} names`,
    sequence: value.sequence,
    number: block.number,
  };
}

/** Give the 32 bytes that a checkpoint key signs. */
export function checkpointDigest(value, contract) {
  const domainType = typeHash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
  const domain = encodeWords(domainType, typeHash("Assay Checkpoint"), typeHash("1"), value.chain_id, contract);
  const type = typeHash(
    "Checkpoint(uint64 sequence,uint64 blockNumber,bytes32 blockHash,uint64 blockTime,uint256 issuance," +
      "uint64 pointsSize,bytes32 pointsRoot,bytes32 previous,uint64 issuedAt)",
  );
  const { block } = value;
  const points = value.points ?? { size: 0, root: "0x0" };
  const times = [instantOf(block.mined_at, "/block/mined_at"), instantOf(value.issued_at, "/issued_at")];
  const request = [
    value.sequence,
    block.number,
    block.hash,
    times[0],
    value.issuance,
    points.size,
    points.root,
    value.previous,
    times[1],
  ];
  return typedDigest(domain, encodeWords(type, ...request));
}

// ---- label openings

/** Read a label opening: {item, gtin, commitment}. No error repeats what it holds. */
export async function readOpening(bytes) {
  const value = jsonOf(bytes, 4096, "a label opening");
  const names = Object.keys(value).sort().join(" ");
  must(
    value.type === "assay/opening-1" && names === "gtin serial token type",
    "a label opening has gtin, serial, token and type",
  );
  const gtin = /^([0-9]{8}|[0-9]{12,14})$/.test(value.gtin) && hasCheckDigit(value.gtin) ? value.gtin.padStart(14, "0") : null;
  must(gtin !== null, "/gtin: is not a GTIN with a right check digit");
  // Only ASCII is raised: the dotless i of Turkish would turn into a symbol that nobody typed.
  const serial = String(value.serial)
    .replace(/[\s\-\u2010-\u2014\u2212]/g, "")
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  must(isSerial(serial), "/serial: is not a label's serial: 20 characters, the last a check character");
  const [, place, token] = /^(.*)\/([^/]*)$/.exec(String(value.token)) ?? [];
  const account = parseAddress(place?.split(":").pop());
  const item = account === null ? null : parseItem(`${place.slice(0, -42)}${account}/${token}`);
  must(item !== null, "/token: is not a token's name");
  return { item, gtin, commitment: await sha256(utf8(`assay/item/1\n${gtin}\n${serial}`)) };
}

/** Say whether these are 20 symbols whose last is the check character of the others (Reed-Solomon over GF(32)). */
function isSerial(serial) {
  let total = 0;
  for (const symbol of serial) {
    if (!SYMBOLS.includes(symbol)) return false;
    const doubled = total << 1;
    total = (doubled & 32 ? doubled ^ 0b100101 : doubled) ^ SYMBOLS.indexOf(symbol);
  }
  return serial.length === 20 && total === 0;
}
