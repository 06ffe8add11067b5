/**
 * What a scanned text is: a label of ours, the address of somebody else, or neither. The server judges again;
 * `tests/vectors/scanned_texts.json` holds both to the same answers.
 */

import { SERIAL_LENGTH, isChecked } from "./scan-serial.js";

const TEXT_LENGTH_MAX = 2048;
const HOST_LENGTH_MAX = 253;
const PORT_MAX = 65535;
const LINK = /^(https?):\/\/([^/?#]*)([^?#]*)/i;
const URI = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/;
const HOST = /^([a-z0-9.-]+|\[::1\])(?::([1-9][0-9]{0,4}))?$/;
const HOST_PART = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NUMERIC = /^([0-9]+|0x[0-9a-f]*)$/;
const BYTE = /^(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])$/;
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const DEFAULT_PORTS = { https: ":443", http: ":80" };
const PATH = /^\/01\/([0-9]{8}|[0-9]{12,14})\/21\/([0-9A-Za-z]+)$/;
const NOT_A_LABEL = { refusal: "not_a_label", host: "" };

/**
 * Judge a text against the hosts that labels of ours may name.
 * Gives {label: {host, gtin, serial}}, or {refusal, host}: `foreign_host` and whose, or `not_a_label`.
 */
export function judge(text, hosts) {
  const link = text.length <= TEXT_LENGTH_MAX && LINK.exec(text);
  if (!link) return NOT_A_LABEL;
  const scheme = link[1].toLowerCase();
  const host = plainHost(link[2].toLowerCase(), scheme);
  if (!host) return NOT_A_LABEL;
  if (!hosts.includes(host)) return { refusal: "foreign_host", host };
  if (!URI.test(text) || (scheme === "http" && !isLoopback(host))) return NOT_A_LABEL;
  const [, gtin, serial] = PATH.exec(link[3]) ?? [];
  const symbols = (serial ?? "").toUpperCase();
  if (symbols.length !== SERIAL_LENGTH || !isChecked(symbols) || !hasCheckDigit(gtin)) return NOT_A_LABEL;
  return { label: { host, gtin: gtin.padStart(14, "0"), serial: symbols } };
}

/** Write where a label leads: a path where it is this host's own, else the address on the other host of ours. */
export function hrefOf({ host, gtin, serial }, here, query) {
  const path = `/01/${gtin}/21/${serial}${query}`;
  return host === here ? path : `${isLoopback(host) ? "http" : "https"}://${host}${path}`;
}

/** Give a host in the spelling of the trust file; empty when it is none. */
function plainHost(authority, scheme) {
  const [, name, port] = HOST.exec(authority) ?? [];
  if (!name || authority.length > HOST_LENGTH_MAX || Number(port ?? 0) > PORT_MAX) return "";
  const parts = name === "[::1]" ? [] : name.split(".");
  if (!parts.every((part) => HOST_PART.test(part))) return "";
  // Browsers read 3232235777 and 0300.0250.1.1 as addresses: one spelling only.
  if (NUMERIC.test(parts.at(-1) ?? "") && !(parts.length === 4 && parts.every((part) => BYTE.test(part)))) return "";
  const usual = DEFAULT_PORTS[scheme];
  return authority.endsWith(usual) ? authority.slice(0, -usual.length) : authority;
}

function isLoopback(host) {
  return LOOPBACK.includes(host.replace(/:[0-9]+$/, ""));
}

/** Hold a GTIN to its mod-10 check digit. */
function hasCheckDigit(digits) {
  const sum = [...digits].reverse().reduce((total, digit, i) => total + Number(digit) * (i % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}
