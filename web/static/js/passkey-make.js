/**
 * A form that has a passkey made: when signing up, and when adding one.
 *   <form data-behaviour="passkey-make" data-ask data-answer data-next hidden>
 * Parts: name, button, said, words. Without `data-next` the form `#then` is sent, with the new session's token.
 * The form stays hidden where no script runs: the page says so itself.
 */

import { isPossible, makePasskey } from "./passkey-ceremony.js";
import { Talk, send } from "./passkey-talk.js";
import { part } from "./words.js";

class PasskeyMake {
  #form;
  #talk;

  constructor(form) {
    this.#form = form;
    this.#talk = new Talk(form);
    form.hidden = false;
    if (!isPossible()) {
      this.#talk.sayUnsupported();
      return;
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#talk.run(() => this.#make());
    });
  }

  async #make() {
    const { ask, answer, next } = this.#form.dataset;
    const options = await send(ask, { name: part(this.#form, "name").value });
    const { csrf } = await send(answer, { credential: await makePasskey(options) });
    if (next) {
      location.assign(next);
      return;
    }
    const then = document.getElementById("then");
    then.elements.csrf_token.value = csrf;
    then.submit();
  }
}

for (const form of document.querySelectorAll('[data-behaviour~="passkey-make"]')) new PasskeyMake(form);
