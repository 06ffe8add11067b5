/**
 * One look through the camera. It tells what happens by one word at a time, and ends by itself with the last:
 * looking, slow; then read (with the texts of a frame) as often as there are some; and at the end one of
 * blocked, absent, taken, lost, tired, broken. `end()` ends it from outside, and tells nothing more.
 */

import { openDecoder } from "./scan-decoders.js";
import { close, nextFrame, openStream, reasonOf, show } from "./scan-stream.js";

const SLOW_AFTER_MS = 8_000;
const LOOK_MAX_MS = 120_000;

export class Look {
  #video;
  #worker;
  #tell;
  #stream = null;
  #decoder = null;
  #timers = [];
  #ended = false;

  constructor(video, worker, tell) {
    this.#video = video;
    this.#worker = worker;
    this.#tell = tell;
  }

  /** Open the camera, then read frame after frame until the end. */
  async run() {
    try {
      // Both take their time: a person allows the camera, a network brings the decoder.
      [this.#decoder] = await Promise.all([openDecoder(this.#worker), this.#open()]);
      if (this.#ended) return this.#release();
      await show(this.#stream, this.#video);
      if (this.#ended) return this.#release();
      this.#tell("looking");
      this.#after(SLOW_AFTER_MS, () => this.#tell("slow"));
      this.#after(LOOK_MAX_MS, () => this.#finish("tired"));
      await this.#readFrames();
    } catch {
      this.#finish("broken"); // no decoder would load, or the one there is gave up
    }
  }

  /** Switch everything off. May be called at any time, and again. */
  end() {
    this.#ended = true;
    this.#release();
  }

  async #open() {
    try {
      this.#stream = await openStream();
    } catch (error) {
      return this.#finish(reasonOf(error));
    }
    // Whoever pressed stop while the browser was asking has a stream that nobody wants.
    if (this.#ended) this.#release();
    else this.#stream.getVideoTracks()[0].addEventListener("ended", () => this.#finish("lost"));
  }

  async #readFrames() {
    while (!this.#ended) {
      await nextFrame(this.#video);
      if (this.#ended) return;
      const texts = await this.#decoder.read(this.#video);
      if (texts.length && !this.#ended) this.#tell("read", texts);
    }
  }

  #finish(word) {
    if (this.#ended) return;
    this.end();
    this.#tell(word);
  }

  #after(time_ms, act) {
    this.#timers.push(setTimeout(act, time_ms));
  }

  #release() {
    this.#timers.forEach(clearTimeout);
    this.#decoder?.close();
    close(this.#stream, this.#video);
  }
}
