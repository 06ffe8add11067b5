/**
 * Label after label: each one the camera reads is written into the form's list, once, and said; nothing is opened.
 * The form sends the list, as it does without this script.
 *   <div data-behaviour="scan-many" data-labels-max="50">
 * Parts: viewer (a viewer's panel, scan-viewer.js), its status, labels (the textarea), count, seen (the last ones).
 */

import { hrefOf, judge } from "./scan-label.js";
import { openViewer } from "./scan-viewer.js";
import { part, wordsOf } from "./words.js";

const KEPT_MS = 60;
const REFUSED_MS = [60, 80, 60];
const SHOWN_MAX = 5;
const SAME_AGAIN_MS = 2_500;

class ScanMany {
  #root;
  #panel;
  #words;
  #hosts;
  #viewer = null;
  #doubted = "";
  /** When each text was before the camera last. */
  #seen_ms = new Map();

  constructor(root) {
    this.#root = root;
    this.#panel = part(root, "viewer");
    this.#words = wordsOf(this.#panel);
    this.#hosts = this.#panel.dataset.hosts.split(" ");
    part(root, "labels").addEventListener("input", () => this.#count());
    this.#count();
  }

  async open() {
    this.#viewer = await openViewer(this.#panel, () => this.#forget(), (texts) => texts.forEach((text) => this.#consider(text)));
  }

  #forget() {
    this.#doubted = "";
    this.#seen_ms.clear();
  }

  /** A text that stays before the camera is one reading, also with others beside it. */
  #consider(text) {
    const now_ms = performance.now();
    const isSame = now_ms - this.#seen_ms.get(text) < SAME_AGAIN_MS;
    if (isSame) this.#seen_ms.set(text, now_ms);
    if (isSame || !this.#viewer.isLooking) return;
    const judged = judge(text, this.#hosts);
    if (!judged.label && text !== this.#doubted) return (this.#doubted = text);
    this.#seen_ms.set(text, now_ms);
    this.#viewer.goOn();
    if (judged.label) this.#keep(judged.label);
    else this.#passBy(judged);
  }

  #keep(label) {
    const lines = this.#lines();
    const address = hrefOf(label, "", "");
    const tail = label.serial.slice(-4);
    const isKnown = lines.some((line) => sameLabel(judge(line, this.#hosts).label, label));
    if (isKnown) return this.#say("known", { tail });
    if (lines.length >= Number(this.#root.dataset.labelsMax)) return this.#viewer.stop("full");
    part(this.#root, "labels").value = [...lines, address].join("\n");
    this.#count();
    navigator.vibrate?.(KEPT_MS);
    this.#say("kept", { tail, count: lines.length + 1 });
  }

  #passBy({ refusal, host }) {
    navigator.vibrate?.(REFUSED_MS);
    this.#say("passed_by", { reason: this.#words(refusal, { host }) });
  }

  /** Say what became of a code, and write it before the others. */
  #say(state, values) {
    this.#viewer.become(state, values);
    const status = part(this.#panel, "status");
    const line = document.createElement("li");
    line.className = status.dataset.tone;
    const icon = status.querySelector(`.${status.dataset.tone}`).firstElementChild.cloneNode(true);
    line.append(icon, part(this.#panel, "said").textContent);
    part(this.#root, "seen").prepend(line);
    [...part(this.#root, "seen").children].slice(SHOWN_MAX).forEach((old) => old.remove());
  }

  #lines() {
    return part(this.#root, "labels").value.split("\n").map((line) => line.trim()).filter(Boolean);
  }

  #count() {
    part(this.#root, "count").textContent = `${this.#lines().length} / ${this.#root.dataset.labelsMax}`;
  }
}

function sameLabel(one, other) {
  return one && one.host === other.host && one.gtin === other.gtin && one.serial === other.serial;
}

const root = document.querySelector('[data-behaviour="scan-many"]');
if (root) new ScanMany(root).open();
