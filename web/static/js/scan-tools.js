/**
 * What a camera can do beside filming, where it can: a light, a zoom, sharpness where one taps. A control that this
 * camera has not is not shown.
 * Parts: tools, light (a button), zoom (a line) with zoom-range and zoom-said, focus (a button over the picture).
 */

import { part } from "./words.js";

const FOCUS_MODES = ["single-shot", "continuous"];
const RING_MS = 900;

export class Tools {
  #root;
  #words;
  #tell;
  #track = null;
  #focusMode = "";
  #ring;

  constructor(root, words, tell) {
    this.#root = root;
    this.#words = words;
    this.#tell = tell;
    part(root, "light").addEventListener("click", () => this.#switchLight());
    part(root, "zoom-range").addEventListener("input", () => this.#zoom());
    part(root, "focus").addEventListener("click", (event) => this.#focus(event));
  }

  /** Say whether there is a light that is off. */
  get hasLight() {
    const light = part(this.#root, "light");
    return !light.hidden && light.getAttribute("aria-pressed") !== "true";
  }

  /** Show what this camera can do. */
  fit(track) {
    this.#track = track;
    const can = track.getCapabilities?.() ?? {};
    const now = track.getSettings();
    const light = part(this.#root, "light");
    light.hidden = !can.torch;
    light.setAttribute("aria-pressed", String(Boolean(now.torch)));
    const zooms = can.zoom?.max > can.zoom?.min;
    part(this.#root, "zoom").hidden = !zooms;
    if (zooms) this.#fitZoom(can.zoom, now.zoom ?? can.zoom.min);
    const aims = navigator.mediaDevices.getSupportedConstraints().pointsOfInterest;
    this.#focusMode = (aims && FOCUS_MODES.find((mode) => can.focusMode?.includes(mode))) || "";
    part(this.#root, "focus").hidden = !this.#focusMode;
    part(this.#root, "tools").hidden = !(can.torch || zooms);
  }

  /** The camera is off: there is nothing to set. */
  clear() {
    this.#track = null;
    for (const name of ["tools", "focus"]) part(this.#root, name).hidden = true;
    part(this.#root, "light").hidden = true;
    part(this.#root, "light").setAttribute("aria-pressed", "false");
  }

  async #switchLight() {
    const light = part(this.#root, "light");
    const on = light.getAttribute("aria-pressed") !== "true";
    const done = await this.#apply({ torch: on });
    if (done) light.setAttribute("aria-pressed", String(on));
    this.#tell(done ? (on ? "light_on" : "light_off") : "light_failed");
  }

  #fitZoom({ min, max, step }, value) {
    const range = part(this.#root, "zoom-range");
    Object.assign(range, { min, max, step: step || 0.1, value });
    this.#sayZoom();
  }

  async #zoom() {
    const { value } = part(this.#root, "zoom-range");
    this.#sayZoom();
    await this.#apply({ zoom: Number(value) });
  }

  #sayZoom() {
    const range = part(this.#root, "zoom-range");
    const factor = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
    const text = `${factor.format(Number(range.value))}×`;
    range.setAttribute("aria-valuetext", text);
    part(this.#root, "zoom-said").textContent = text;
  }

  /** Make sharp where the picture was tapped; by keyboard, its middle. */
  async #focus(event) {
    const place = event.detail ? this.#placeOf(event) : { x: 0.5, y: 0.5 };
    this.#showRing(event);
    const done = await this.#apply({ pointsOfInterest: [place], focusMode: this.#focusMode });
    if (!done) part(this.#root, "focus").hidden = true;
  }

  /** Where in the camera's own picture a tap was: the page shows its middle square, perhaps mirrored. */
  #placeOf({ clientX, clientY }) {
    const video = part(this.#root, "video");
    const { left, top, width, height } = video.getBoundingClientRect();
    const across = (clientX - left) / width;
    const x = video.hasAttribute("data-mirrored") ? 1 - across : across;
    const side = Math.min(video.videoWidth, video.videoHeight);
    const within = (share, length) => Math.min(1, Math.max(0, 0.5 + ((share - 0.5) * side) / length));
    return { x: within(x, video.videoWidth), y: within((clientY - top) / height, video.videoHeight) };
  }

  #showRing({ detail, clientX, clientY }) {
    const button = part(this.#root, "focus");
    const { left, top, width, height } = button.getBoundingClientRect();
    const ring = document.createElement("span");
    // Through the object model: the page's policy allows no style in its text.
    ring.style.left = `${detail ? clientX - left : width / 2}px`;
    ring.style.top = `${detail ? clientY - top : height / 2}px`;
    button.replaceChildren(ring);
    clearTimeout(this.#ring);
    this.#ring = setTimeout(() => button.replaceChildren(), RING_MS);
  }

  async #apply(wish) {
    try {
      await this.#track.applyConstraints({ advanced: [wish] });
      return true;
    } catch {
      return false; // the camera is gone, or promised what it cannot
    }
  }
}
