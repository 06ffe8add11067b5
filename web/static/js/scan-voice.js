/**
 * Says results aloud to whoever asks for it, by a switch that this browser remembers; nothing else is remembered.
 * Parts: voice (the line of the switch, hidden until it can work) with its input, voice-switch.
 */

import { part } from "./words.js";

const KEY = "assay.says-aloud";
const SAY_MAX_MS = 4_000;

export class Voice {
  #switch;

  constructor(root) {
    this.#switch = part(root, "voice-switch");
    if (!globalThis.speechSynthesis || !globalThis.SpeechSynthesisUtterance) return;
    part(root, "voice").hidden = false;
    this.#switch.checked = remembered();
    this.#switch.addEventListener("change", () => remember(this.#switch.checked));
  }

  /** Some browsers let a page speak only after it spoke within a tap. */
  wake() {
    if (this.#switch.checked) speechSynthesis.speak(new SpeechSynthesisUtterance(""));
  }

  /** Say a text where that is wished. Gives a promise that ends with the voice, soon at the latest. */
  say(text) {
    if (!text || !this.#switch.checked) return Promise.resolve();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = document.documentElement.lang;
    speechSynthesis.cancel(); // the latest is what counts
    speechSynthesis.speak(utterance);
    return new Promise((resolve) => {
      utterance.addEventListener("end", resolve);
      utterance.addEventListener("error", resolve);
      setTimeout(resolve, SAY_MAX_MS);
    });
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false; // storage is switched off
  }
}

function remember(wished) {
  try {
    if (wished) localStorage.setItem(KEY, "yes");
    else localStorage.removeItem(KEY);
  } catch {
    // It holds for this page then.
  }
}
