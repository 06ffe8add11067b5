/**
 * A label's serial: Crockford base 32 with our check character, the rule of `provenance_schemas.crockford`.
 * `tests/vectors/serials.json` holds both to the same answers.
 */

export const SERIAL_LENGTH = 20;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const POLYNOMIAL = 0b100101;
const SEPARATORS = /[\s\u2010\u2011\u2012\u2013\u2014\u2212-]/gu;
const LOOK_ALIKES = { O: "0", I: "1", L: "1" };

/** Undo what people do when they type: lower case, spaces, dashes, O for 0, I and L for 1. */
export function normalise(typed) {
  const symbols = [...typed.replace(SEPARATORS, "")];
  return symbols.map((each) => (/^[a-z]$/i.test(each) ? plain(each.toUpperCase()) : each)).join("");
}

/**
 * Say what symbols are: `fits`, `mistyped` (the check character is wrong), `short`, `long`, or `stranger`, with the
 * first character that is never part of a serial.
 */
export function assess(symbols) {
  const character = [...symbols].find((each) => !ALPHABET.includes(each));
  if (character) return { answer: "stranger", character };
  if (symbols.length < SERIAL_LENGTH) return { answer: "short" };
  if (symbols.length > SERIAL_LENGTH) return { answer: "long" };
  return { answer: isChecked(symbols) ? "fits" : "mistyped" };
}

/** Say whether the last symbol is the check character of those before it. */
export function isChecked(symbols) {
  let total = 0;
  for (const symbol of symbols) {
    const value = ALPHABET.indexOf(symbol);
    if (value < 0) return false;
    total = double(total) ^ value;
  }
  return symbols.length > 1 && total === 0;
}

/** Separate symbols into groups of four, as the label prints them. */
export function inGroups(symbols) {
  return symbols.replace(/.{4}(?=.)/gu, "$& ");
}

function plain(letter) {
  return LOOK_ALIKES[letter] ?? letter;
}

function double(element) {
  const doubled = element << 1;
  return doubled & 32 ? doubled ^ POLYNOMIAL : doubled;
}
