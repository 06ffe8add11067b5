/**
 * A decoder in a worker: it loads, then takes a frame whenever it has none. Its `read` throws when it cannot go on:
 * it did not load, it does not answer, it says so itself.
 */

import { NEAR, WHOLE, cut, memoryOf } from "./scan-frames.js";
import { workerAddress } from "./scan-trusted.js";

/** A megabyte over a poor network takes its time; a frame does not. */
const LOAD_TIME_MAX_MS = 60_000;
const ANSWER_TIME_MAX_MS = 5_000;

export class WorkerDecoder {
  #worker;
  #ready;
  #broken;
  #timer;
  #next = WHOLE;

  constructor(address) {
    this.#worker = new Worker(workerAddress(address), { type: "module" });
    this.#broken = new Promise((_, reject) => {
      this.#worker.addEventListener("error", () => reject(new Error("the decoder did not load")));
      this.#worker.addEventListener("message", ({ data }) => data.failed && reject(new Error(data.failed)));
    });
    this.#broken.catch(() => {}); // said with the next frame
    this.#ready = this.#inTime(this.#heard("ready"), LOAD_TIME_MAX_MS);
    this.#ready.catch(() => {});
  }

  /** Read the frame that is shown when the worker is free. */
  async read(video) {
    await this.#ready;
    const share = this.#next;
    this.#next = share === WHOLE ? NEAR : WHOLE;
    const picture = await cut(video, share);
    const heard = this.#heard("texts");
    this.#worker.postMessage(picture, [memoryOf(picture)]);
    const { texts, unread } = await this.#inTime(heard, ANSWER_TIME_MAX_MS);
    return { texts, unread: unread * share };
  }

  close() {
    clearTimeout(this.#timer);
    this.#worker.terminate();
  }

  #heard(name) {
    return new Promise((resolve) => {
      const listen = ({ data }) => {
        if (!(name in data)) return;
        this.#worker.removeEventListener("message", listen);
        resolve(data);
      };
      this.#worker.addEventListener("message", listen);
    });
  }

  #inTime(heard, time_ms) {
    const late = new Promise((_, reject) => {
      this.#timer = setTimeout(() => reject(new Error("the decoder does not answer")), time_ms);
    });
    const timer = this.#timer;
    return Promise.race([heard, late, this.#broken]).finally(() => clearTimeout(timer));
  }
}
