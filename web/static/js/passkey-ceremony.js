/**
 * The browser's half of WebAuthn: options come as JSON, answers go as JSON, bytes are base64url in both.
 *
 * Younger browsers convert by themselves (`parseCreationOptionsFromJSON`, `toJSON`); many phones in use do not, so one
 * conversion of our own serves them all.
 */

/** Say whether this browser can make and show passkeys at all. */
export const isPossible = () => Boolean(globalThis.PublicKeyCredential && navigator.credentials?.create);

/** Say whether passkeys can stand in the browser's own autofill. */
export const canAutofill = async () => Boolean(await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.());

/** Have a passkey made; gives the answer for the server. */
export async function makePasskey(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      user: { ...options.user, id: bytesOf(options.user.id) },
      excludeCredentials: options.excludeCredentials?.map((each) => ({ ...each, id: bytesOf(each.id) })),
    },
  });
  return answerOf(made, ["clientDataJSON", "attestationObject"]);
}

/** Have a passkey shown; `mediation` is "conditional" for autofill, and `signal` gives up waiting. */
export async function showPasskey(options, { mediation = "optional", signal } = {}) {
  const shown = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytesOf(options.challenge), allowCredentials: [] },
    mediation,
    signal,
  });
  return answerOf(shown, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
}

function answerOf(credential, fields) {
  const present = fields.filter((name) => credential.response[name]);
  const response = Object.fromEntries(present.map((name) => [name, textOf(credential.response[name])]));
  return { id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response };
}

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function textOf(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
