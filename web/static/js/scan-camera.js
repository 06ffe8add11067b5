/**
 * The live camera: from the tap to the label's own page, or to words that say why not and what else there is.
 *   <section data-behaviour="scan-camera" data-query="?lang=fr">, a viewer's panel (scan-viewer.js)
 */

import { hrefOf, judge } from "./scan-label.js";
import { openViewer } from "./scan-viewer.js";

const FOUND_MS = 60;
const REFUSED_MS = [60, 80, 60];

class ScanCamera {
  #root;
  #hosts;
  #viewer = null;
  #doubted = "";

  constructor(root) {
    this.#root = root;
    this.#hosts = root.dataset.hosts.split(" ");
  }

  async open() {
    this.#viewer = await openViewer(this.#root, () => (this.#doubted = ""), (texts) => this.#consider(texts));
  }

  /** Follow a label of ours at once; refuse another code only when a second reading says the same. */
  #consider(texts) {
    const judged = texts.map((text) => judge(text, this.#hosts));
    const ours = judged.find((each) => each.label);
    if (ours) return this.#follow(ours.label);
    const known = texts.includes(this.#doubted);
    this.#doubted = texts[0];
    if (!known) return;
    this.#viewer.stop(judged[0].refusal, { host: judged[0].host });
    navigator.vibrate?.(REFUSED_MS);
  }

  async #follow(label) {
    const said = this.#viewer.stop("found");
    navigator.vibrate?.(FOUND_MS);
    await said; // the next page would cut the voice off
    location.assign(hrefOf(label, location.host, this.#root.dataset.query));
  }
}

const root = document.querySelector('[data-behaviour="scan-camera"]');
if (root) new ScanCamera(root).open();
