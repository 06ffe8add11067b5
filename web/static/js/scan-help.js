/**
 * For a label that no decoder here reads: with the person's leave, one picture goes to our server, which reads it
 * more thoroughly and keeps nothing. The leave lasts until the page is left.
 * Parts: offer (hidden until then) with its buttons, yes and no. It posts what the photo's form would post.
 */

import { part } from "./words.js";

const ANSWER_TIME_MAX_MS = 20_000;
const PROBLEM = "application/problem+json";

/** Nothing of this is stored: another page asks again. */
let agreed = false;
let declined = false;

export class ServerHelp {
  #root;
  #words;
  #tell;
  #picture = null;
  #asking = null;

  /** `tell` hears asking; then unhelped and why, or read and the label's address. */
  constructor(root, words, tell) {
    this.#root = root;
    this.#words = words;
    this.#tell = tell;
    part(root, "yes").addEventListener("click", () => {
      agreed = true;
      this.#ask();
    });
    part(root, "no").addEventListener("click", () => {
      declined = true;
      this.hide();
    });
  }

  /** Offer to send what `picture` gives; where leave was given already, send it. */
  offer(picture) {
    this.#picture = picture;
    if (declined) return;
    this.#show();
    if (agreed) this.#ask();
  }

  /** Take the offer away; an answer under way is not waited for. */
  hide() {
    this.#asking?.abort();
    this.#asking = null;
    const offer = part(this.#root, "offer");
    // Whoever stands on one of its buttons is not dropped at the page's top.
    if (offer.contains(document.activeElement)) part(this.#root, "button").focus();
    offer.hidden = true;
  }

  #show() {
    part(this.#root, "yes").textContent = this.#words(agreed ? "help_again" : "help_yes");
    part(this.#root, "offer").hidden = false;
  }

  async #ask() {
    if (this.#asking) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.#tell("asking");
    this.#show();
    const [word, value] = await this.#answer(asking.signal);
    if (this.#asking !== asking) return; // the camera read it meanwhile, or was stopped
    this.#asking = null;
    this.#tell(word, value);
  }

  async #answer(stopped) {
    try {
      const picture = await this.#picture();
      if (!picture) return ["unhelped", this.#words("help_nothing")];
      const signal = AbortSignal.any?.([stopped, AbortSignal.timeout(ANSWER_TIME_MAX_MS)]) ?? stopped;
      const response = await fetch(this.#root.dataset.lookup, {
        method: "POST",
        body: this.#formOf(picture),
        headers: { Accept: `application/json, ${PROBLEM}` },
        signal,
      });
      return await this.#read(response);
    } catch {
      return ["unhelped", this.#words("help_offline")];
    }
  }

  async #read(response) {
    if (response.ok) {
      const { location: address } = await response.json();
      return ["read", new URL(address, document.baseURI).href];
    }
    const refused = response.status === 422 && response.headers.get("Content-Type")?.startsWith(PROBLEM);
    return ["unhelped", refused ? (await response.json()).detail : this.#words("help_failed")];
  }

  /** The fields of the photo's form; with them, that this is a frame of a moving picture, which has less time. */
  #formOf(picture) {
    const form = new FormData();
    const token = document.querySelector('form [name="csrf_token"]');
    if (token) form.set(token.name, token.value);
    form.set("photo", picture, "frame.jpg");
    form.set("frame", "1");
    return form;
  }
}
