/**
 * The hidden code while it is typed: in groups of three as the card prints it, counted, and held to its check
 * character. It only advises: the server judges. A code that was typed once is not typed again after an error.
 *   <textarea data-behaviour="claim-code" data-count="{count} of {length}" data-right=".." data-wrong=".."
 *     aria-describedby=".. code-state"> <span id="code-state" role="status"></span>
 */

import { keep, kept } from "./claim-stash.js";
import { isChecked, normalise } from "./scan-serial.js";

const LENGTH = 27;

class ClaimCode {
  #input;
  #state;

  constructor(input) {
    this.#input = input;
    this.#state = document.getElementById("code-state");
    if (!input.value) input.value = kept();
    input.addEventListener("input", (event) => this.#look(event.isComposing));
    input.form.addEventListener("submit", () => keep(normalise(codeIn(input.value))));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      input.form.requestSubmit();
    });
    const refused = input.hasAttribute("aria-invalid");
    this.#group(input.value, normalise(codeIn(input.value)));
    if (!refused) this.#look(); // what the server just said stands until the code is changed
  }

  #look(composing = false) {
    const typed = this.#input.value;
    const symbols = normalise(codeIn(typed));
    const atEnd = this.#input.selectionStart === typed.length;
    if (atEnd && !composing && !typed.endsWith(" ")) this.#group(typed, symbols);
    this.#say(symbols);
  }

  /** Write the groups, only while the end is being typed: nobody's cursor is moved. */
  #group(typed, symbols) {
    const groups = symbols.replace(/.{3}(?=.)/gu, "$& ");
    if (symbols && groups !== typed) this.#input.value = groups;
  }

  #say(symbols) {
    const { count, right, wrong } = this.#input.dataset;
    const whole = symbols.length === LENGTH;
    const fits = whole && isChecked(symbols);
    let said = "";
    if (whole) said = fits ? right : wrong;
    else if (symbols) said = count.replace("{count}", symbols.length).replace("{length}", LENGTH);
    if (this.#state.textContent !== said) this.#state.textContent = said;
    if (whole && !fits) this.#input.setAttribute("aria-invalid", "true");
    else if (symbols.length !== 0) this.#input.removeAttribute("aria-invalid");
  }
}

/** The symbol's whole address may be pasted too. */
function codeIn(text) {
  return text.slice(text.lastIndexOf("#") + 1);
}

const input = document.querySelector('[data-behaviour="claim-code"]');
if (input) new ClaimCode(input);
