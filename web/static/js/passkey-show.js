/**
 * A button that has a passkey shown: to sign in, and to confirm.
 *   <div data-behaviour="passkey-show" data-ask data-answer data-next data-autofill hidden>
 * Parts: button, said, words. With `data-autofill` the browser also offers passkeys where a field says `webauthn`.
 */

import { canAutofill, isPossible, showPasskey } from "./passkey-ceremony.js";
import { Talk, send } from "./passkey-talk.js";
import { part } from "./words.js";

/** A question is open for five minutes; autofill, which may wait for ever, asks a new one before that. */
const RENEW_AFTER_MS = 240_000;

class PasskeyShow {
  #root;
  #talk;
  #waiting = new AbortController();
  #renewal;

  constructor(root) {
    this.#root = root;
    this.#talk = new Talk(root);
    root.hidden = false;
    if (!isPossible()) {
      this.#talk.sayUnsupported();
      return;
    }
    part(root, "button").addEventListener("click", () => {
      this.#stopWaiting();
      this.#talk.run(async () => this.#go(await showPasskey(await this.#ask())));
    });
    if ("autofill" in root.dataset) this.#waitForAutofill();
  }

  #ask() {
    return send(this.#root.dataset.ask);
  }

  async #go(credential) {
    await send(this.#root.dataset.answer, { credential });
    location.assign(this.#root.dataset.next);
  }

  #stopWaiting() {
    clearTimeout(this.#renewal);
    this.#waiting.abort();
  }

  async #waitForAutofill() {
    if (!(await canAutofill())) return;
    const { signal } = (this.#waiting = new AbortController());
    this.#renewal = setTimeout(() => {
      this.#stopWaiting();
      this.#waitForAutofill();
    }, RENEW_AFTER_MS);
    let credential;
    try {
      const options = await this.#ask();
      if (signal.aborted) return;
      credential = await showPasskey(options, { mediation: "conditional", signal });
    } catch {
      return; // nobody asked for this, so nobody is told: the button is there
    }
    clearTimeout(this.#renewal);
    this.#talk.run(() => this.#go(credential));
  }
}

for (const root of document.querySelectorAll('[data-behaviour~="passkey-show"]')) new PasskeyShow(root);
