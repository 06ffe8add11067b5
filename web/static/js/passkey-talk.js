/**
 * What the passkey behaviours share: asking the server, and saying what went wrong in the page's own words.
 */

import { part, wordsOf } from "./words.js";

/** The server refused; its sentence is for the person, in their language. */
export class RefusedError extends Error {}

/** Send JSON to a path of ours and give the JSON that comes back. Raises RefusedError; TypeError when nobody answers. */
export async function send(path, value = {}) {
  const csrf = document.querySelector("meta[name=csrf]")?.content;
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", ...(csrf && { "X-CSRF-Token": csrf }) },
    body: JSON.stringify(value),
  });
  const answer = await response.json();
  if (!response.ok) throw new RefusedError(answer.detail);
  return answer;
}

/** Run one ceremony at a time from a button: it rests meanwhile, and a failure is said, never thrown away. */
export class Talk {
  #root;
  #button;
  #words;

  constructor(root) {
    this.#root = root;
    this.#button = part(root, "button");
    this.#words = wordsOf(root);
  }

  async run(ceremony) {
    this.#button.disabled = true;
    this.say(this.#words("waiting"));
    try {
      await ceremony();
    } catch (error) {
      this.say(this.#reason(error));
      this.#button.disabled = false;
      this.#button.focus();
    }
  }

  sayUnsupported() {
    this.#button.disabled = true;
    this.say(this.#words("unsupported"));
  }

  say(text) {
    part(this.#root, "said").textContent = text;
  }

  #reason(error) {
    if (error instanceof RefusedError) return error.message;
    if (error.name === "InvalidStateError") return this.#words("known");
    if (error.name === "NotSupportedError" || error.name === "SecurityError") return this.#words("unsupported");
    if (error.name === "NotAllowedError" || error.name === "AbortError") return this.#words("cancelled");
    return this.#words("away");
  }
}
