/* Typed requests (EIP-712) and who signed them: secp256k1 with recovery, 65 bytes, s in its lower half. */

import { bytesOf, concat, hexOf, utf8, wordBytes } from "./bytes.js";
import { InputFault } from "./faults.js";
import { addressOf } from "./ids.js";
import { keccak256 } from "./keccak.js";

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Encode numbers (BigInt), accounts (0x and 40 digits) and 32-byte words (bytes), 32 bytes each. */
export function encodeWords(...values) {
  return concat(...values.map((value) => (value instanceof Uint8Array ? value : wordBytes(BigInt(value)))));
}

/** Hash the text of a type, or any text. */
export function typeHash(text) {
  return keccak256(utf8(text));
}

/** Give the 32 bytes that are signed. */
export function typedDigest(domain, request) {
  return keccak256(concat(Uint8Array.of(0x19, 0x01), keccak256(domain), keccak256(request)));
}

/** Make `recover(digest, signature)`, which names the account that signed. `secp` is @noble/secp256k1. */
export function makeRecover(secp) {
  return (digest, text) => {
    if (!/^0x[0-9a-f]{130}$/.test(text)) throw new InputFault("a signature is 0x and 130 hexadecimal digits");
    const bytes = bytesOf(text.slice(2));
    const v = bytes[64] - 27;
    if (v !== 0 && v !== 1) throw new InputFault("a signature ends in 27 or 28");
    if (BigInt(`0x${text.slice(66, 130)}`) > HALF_ORDER) throw new InputFault("the signature's s is in its upper half");
    try {
      const key = secp.recoverPublicKey(concat(Uint8Array.of(v), bytes.subarray(0, 64)), digest, { prehash: false });
      const point = secp.Point.fromBytes(key).toBytes(false);
      return addressOf(hexOf(keccak256(point.subarray(1))).slice(24));
    } catch {
      throw new InputFault("the signature belongs to no key");
    }
  };
}
