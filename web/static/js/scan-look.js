/**
 * One look through the camera. It tells what happens by one word at a time, and ends by itself with the last:
 * looking, slow; advice (dark, closer, still, or nothing) when it changes; then read (with the texts of a frame) as
 * often as there are some; and at the end one of blocked, absent, taken, lost, tired, broken. `end()` ends it from
 * outside, and tells nothing more.
 */

import { FrameKeeper } from "./scan-keeper.js";
import { advise } from "./scan-measures.js";
import { openRace } from "./scan-race.js";
import { close, nextFrame, openStream, reasonOf, show } from "./scan-stream.js";

const SLOW_AFTER_MS = 8_000;
const LOOK_MAX_MS = 120_000;
const MEASURE_EVERY_MS = 400;
/** A symbol that one decoder saw stays in mind for two measures: advice that flickers helps nobody. */
const UNREAD_MS = 900;

export class Look {
  #video;
  #workers;
  #tell;
  #stream = null;
  #race = null;
  #keeper = new FrameKeeper();
  #slowTimer;
  #endTimer;
  #ended = false;
  #slow = false;
  #unread = { share: 0, at_ms: -Infinity };
  #measured_ms = -Infinity;
  #advice = "";
  #pending = "";

  constructor(video, workers, tell) {
    this.#video = video;
    this.#workers = workers;
    this.#tell = tell;
  }

  /** The camera's track, for what it can do beside filming; null while there is none. */
  get track() {
    return this.#stream?.getVideoTracks()[0] ?? null;
  }

  /** Open the camera, then read frame after frame until the end. */
  async run() {
    try {
      // Both take their time: a person allows the camera, a network brings the decoders.
      [this.#race] = await Promise.all([
        openRace(this.#workers, (reading) => this.#hear(reading), () => this.#finish("broken")),
        this.#open(),
      ]);
      if (this.#ended) return this.#release();
      await show(this.#stream, this.#video);
      if (this.#ended) return this.#release();
      this.#tell("looking");
      this.restart();
      await this.#showFrames();
    } catch {
      this.#finish("broken");
    }
  }

  /** Count the time from now on: it begins, or something was read and another thing is looked for. */
  restart() {
    this.#stopTimers();
    this.#slow = false;
    this.#slowTimer = setTimeout(() => this.#becomeSlow(), SLOW_AFTER_MS);
    this.#endTimer = setTimeout(() => this.#finish("tired"), LOOK_MAX_MS);
  }

  /** Give the sharpest of the last frames as a JPEG, once it is slow; null before. */
  sharpest() {
    return this.#keeper.sharpest();
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
    else this.track.addEventListener("ended", () => this.#finish("lost"));
  }

  async #showFrames() {
    while (!this.#ended) {
      await nextFrame(this.#video);
      if (this.#ended) return;
      this.#race.offer(this.#video);
      if (performance.now() - this.#measured_ms >= MEASURE_EVERY_MS) this.#measure();
    }
  }

  #hear({ texts, unread }) {
    if (this.#ended) return;
    if (unread) this.#unread = { share: unread, at_ms: performance.now() };
    if (texts.length) this.#tell("read", texts);
  }

  /** Say an advice only when two measures in a row agree. */
  #measure() {
    this.#measured_ms = performance.now();
    const { light, sharpness } = this.#keeper.measure(this.#video);
    if (this.#slow) this.#keeper.keep(this.#video, sharpness);
    const isRecent = this.#measured_ms - this.#unread.at_ms < UNREAD_MS;
    const advice = advise({ light, unread: isRecent ? this.#unread.share : 0 });
    if (advice === this.#pending && advice !== this.#advice) {
      this.#advice = advice;
      this.#tell("advice", advice);
    }
    this.#pending = advice;
  }

  #becomeSlow() {
    this.#slow = true;
    this.#keeper.keep(this.#video, this.#keeper.measure(this.#video).sharpness);
    this.#tell("slow");
  }

  #finish(word) {
    if (this.#ended) return;
    this.end();
    this.#tell(word);
  }

  #stopTimers() {
    clearTimeout(this.#slowTimer);
    clearTimeout(this.#endTimer);
  }

  #release() {
    this.#stopTimers();
    this.#race?.close();
    this.#keeper.forget();
    close(this.#stream, this.#video);
  }
}
