/**
 * Looks at the frames as pictures: how light, how sharp; and keeps the last few, in memory only, so that the sharpest
 * of them can be shown to the server if somebody agrees.
 */

import { WHOLE, drawnOn } from "./scan-frames.js";
import { SAMPLE_SIDE_PX, measure } from "./scan-measures.js";

const KEPT_MAX = 5;
const KEPT_SIDE_MAX_PX = 1440;
const JPEG_QUALITY = 0.9;

export class FrameKeeper {
  #sample = document.createElement("canvas");
  #kept = [];

  /** Measure the frame that is shown now; gives `{light, sharpness}`. */
  measure(video) {
    const pen = drawnOn(this.#sample, video, WHOLE, SAMPLE_SIDE_PX).getContext("2d");
    return measure(pen.getImageData(0, 0, SAMPLE_SIDE_PX, SAMPLE_SIDE_PX));
  }

  /** Keep the frame that is shown now; the oldest of many goes. */
  keep(video, sharpness) {
    const canvas = this.#kept.length < KEPT_MAX ? document.createElement("canvas") : this.#kept.shift().canvas;
    const side = Math.min(KEPT_SIDE_MAX_PX, video.videoWidth, video.videoHeight);
    this.#kept.push({ canvas: drawnOn(canvas, video, WHOLE, side), sharpness });
  }

  /** Give the sharpest of the frames kept as a JPEG; null where none is. */
  async sharpest() {
    if (!this.#kept.length) return null;
    const { canvas } = this.#kept.reduce((best, each) => (each.sharpness > best.sharpness ? each : best));
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  }

  /** Forget every frame. */
  forget() {
    this.#kept.forEach(({ canvas }) => Object.assign(canvas, { width: 0, height: 0 }));
    this.#kept = [];
  }
}
