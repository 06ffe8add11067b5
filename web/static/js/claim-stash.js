/**
 * A hidden code on its way through the claim: from the card's symbol, or typed, until the piece is claimed.
 * It stays in this tab alone, for a quarter of an hour: long enough to sign in, and to correct one character.
 */

const KEY = "assay.claim";
const AGE_MAX_MS = 15 * 60 * 1000;

export function keep(code) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ code, at: Date.now() }));
  } catch {
    // A browser that keeps nothing: the code is typed again.
  }
}

export function kept() {
  try {
    const { code, at } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    if (typeof code === "string" && Date.now() - at < AGE_MAX_MS) return code;
    forget();
  } catch {
    forget();
  }
  return "";
}

export function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Then there is nothing to forget.
  }
}
