/**
 * The live camera: from the tap to the label's own page, or to words that say why not and what else there is.
 *   <section data-behaviour="scan-camera" data-state="unknown" data-hosts="a.example b.example" data-worker="…" data-query="?lang=fr">
 * Parts: words, view (the picture), video, status, said, button. It stays unseen where it cannot work.
 */

import { canDecode } from "./scan-decoders.js";
import { hrefOf, judge } from "./scan-label.js";
import { Look } from "./scan-look.js";
import { mayAsk } from "./scan-stream.js";
import { part, speakerOf, wordsOf } from "./words.js";

const FOUND_MS = 60;
const REFUSED_MS = [60, 80, 60];

/** What each state offers on its button, and in which tone it speaks; a state says the word of its own name. */
const STATES = {
  idle: { button: "start", tone: "" },
  opening: { button: "stop", tone: "busy" },
  looking: { button: "stop", tone: "" },
  slow: { button: "stop", tone: "" },
  found: { button: "again", tone: "verified" },
  foreign_host: { button: "again", tone: "rejected" },
  not_a_label: { button: "again", tone: "rejected" },
  blocked: { button: "again", tone: "caution" },
  absent: { button: "again", tone: "caution" },
  taken: { button: "again", tone: "caution" },
  lost: { button: "again", tone: "caution" },
  broken: { button: "again", tone: "caution" },
  tired: { button: "start", tone: "" },
};
const LOOKING = ["opening", "looking", "slow"];

class ScanCamera {
  #root;
  #words;
  #tell;
  #hosts;
  #state = "idle";
  #look = null;
  #doubted = "";

  constructor(root) {
    this.#root = root;
    this.#words = wordsOf(root);
    this.#tell = speakerOf(root);
    this.#hosts = root.dataset.hosts.split(" ");
    part(root, "button").addEventListener("click", () => (this.#isLooking() ? this.#stop("idle") : this.#start()));
    document.addEventListener("visibilitychange", () => document.hidden && this.#isLooking() && this.#stop("tired"));
    globalThis.addEventListener("pagehide", () => this.#stop("idle"));
    this.#become("idle");
  }

  #isLooking() {
    return LOOKING.includes(this.#state);
  }

  #start() {
    this.#doubted = "";
    this.#become("opening");
    this.#root.scrollIntoView({ block: "start" });
    this.#look = new Look(part(this.#root, "video"), this.#root.dataset.worker, (word, texts) => this.#hear(word, texts));
    this.#look.run();
  }

  #stop(state) {
    this.#look?.end();
    this.#become(state);
  }

  #hear(word, texts) {
    if (word === "read") this.#consider(texts);
    else this.#become(word);
  }

  /** Follow a label of ours at once; refuse another code only when a second frame says the same. */
  #consider(texts) {
    const judged = texts.map((text) => judge(text, this.#hosts));
    const ours = judged.find((each) => each.label);
    if (ours) return this.#follow(ours.label);
    const known = texts.includes(this.#doubted);
    this.#doubted = texts[0];
    if (!known) return;
    this.#look.end();
    this.#become(judged[0].refusal, { host: judged[0].host });
    navigator.vibrate?.(REFUSED_MS);
  }

  #follow(label) {
    this.#stop("found");
    navigator.vibrate?.(FOUND_MS);
    location.assign(hrefOf(label, location.host, this.#root.dataset.query));
  }

  #become(state, values) {
    const { button, tone } = STATES[state];
    this.#state = state;
    this.#root.dataset.state = state;
    part(this.#root, "view").hidden = !this.#isLooking();
    const control = part(this.#root, "button");
    control.textContent = this.#words(button);
    control.classList.toggle("second", button === "stop");
    this.#tell(this.#words(state, values), tone);
  }
}

const root = document.querySelector('[data-behaviour="scan-camera"]');
if (root) {
  if (mayAsk() && (await canDecode(root.dataset.worker))) new ScanCamera(root);
  else root.hidden = true;
}
