/**
 * The serial is looked at while it is typed: in groups of four, and held to its check character. One that cannot be
 * right is not sent: it is said, and the cursor stands in it. What is sent is judged by the server all the same.
 *   <div data-behaviour="scan-typing">
 * Parts: words, input, count, status, said.
 */

import { SERIAL_LENGTH, assess, inGroups, normalise } from "./scan-serial.js";
import { part, speakerOf, wordsOf } from "./words.js";

/** In which tone each answer is said; of what is short there is nothing to say yet. */
const TONES = { fits: "verified", mistyped: "rejected", long: "rejected", stranger: "rejected" };
const ADDRESS = /^\s*http|:\/\//i;

class ScanTyping {
  #root;
  #input;
  #words;
  #tell;
  #tone;

  constructor(root) {
    this.#root = root;
    this.#words = wordsOf(root);
    this.#tell = speakerOf(root);
    this.#input = part(root, "input");
    // A keyboard that is still composing a word would write it twice.
    this.#input.addEventListener("input", (event) => this.#look(event.isComposing));
    this.#input.addEventListener("change", () => this.#look());
    this.#input.form.addEventListener("submit", (event) => this.#hold(event));
    globalThis.addEventListener("pageshow", () => this.#look());
    this.#look();
  }

  #look(composing = false) {
    const typed = this.#input.value;
    // The whole address of the label may stand here too: the server reads it.
    const symbols = ADDRESS.test(typed) ? "" : normalise(typed);
    const { answer, character } = assess(symbols);
    const tone = TONES[answer];
    this.#tone = tone;
    if (symbols && !composing) this.#group(typed, symbols);
    if (tone === "rejected") this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
    part(this.#root, "count").textContent = symbols && `${[...symbols].length} / ${SERIAL_LENGTH}`;
    this.#tell(tone ? this.#words(answer, { character }) : "", tone);
  }

  /** Keep what cannot be right from being sent. */
  #hold(event) {
    this.#look();
    if (this.#tone !== "rejected") return;
    event.preventDefault();
    this.#input.focus();
  }

  /** Write the groups, only while the end is being typed: nobody's cursor is moved. */
  #group(typed, symbols) {
    const atEnd = this.#input.selectionStart === typed.length;
    if (atEnd && !typed.endsWith(" ")) this.#input.value = inGroups(symbols);
  }
}

const root = document.querySelector('[data-behaviour="scan-typing"]');
if (root) new ScanTyping(root);
