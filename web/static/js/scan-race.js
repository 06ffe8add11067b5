/**
 * Several decoders side by side. Each takes the frame that is shown when it is free, and misses those it has no time
 * for; what one of them reads is told at once, whatever the others do. One that breaks is left out. When none is
 * left, that is told too.
 */

import { NativeDecoder, isNative } from "./scan-native.js";
import { WorkerDecoder } from "./scan-worker-decoder.js";

/** So many frames the browser's own decoder may fail to read before the workers are loaded to help it. */
const NATIVE = { unread: 20, shown: Infinity };

/** The small worker goes first: while the large one loads, it would take from it on a phone with few cores. */
const SMALL = { unread: 1, shown: 8 };

/** Open the race that suits this browser. `tell` hears `{texts, unread}`; `broke` that nobody can go on. */
export async function openRace(workers, tell, broke) {
  const open = workers.map((address) => () => new WorkerDecoder(address));
  if (await isNative()) return new Race([() => new NativeDecoder()], open, NATIVE, tell, broke);
  return new Race(open.slice(0, 1), open.slice(1), SMALL, tell, broke);
}

export class Race {
  #racers = [];
  #helpers;
  #patience;
  #tell;
  #broke;
  #unread = 0;
  #shown = 0;
  #closed = false;

  /**
   * `first` race at once. `helpers` join after as many frames, unread or merely shown, as `patience` says, when the first
   * break, or at once where there is no first.
   */
  constructor(first, helpers, patience, tell, broke) {
    this.#helpers = helpers;
    this.#patience = patience;
    this.#tell = tell;
    this.#broke = broke;
    if (first.length) first.forEach((make) => this.#join(make));
    else this.#callHelpers();
  }

  /** Show a frame to every decoder that is free. */
  offer(video) {
    if (this.#closed) return;
    if (this.#unread >= this.#patience.unread || this.#shown >= this.#patience.shown) this.#callHelpers();
    this.#shown += 1;
    if (!this.#racers.length && !this.#helpers.length) return this.#broke();
    for (const racer of this.#racers) if (!racer.busy) this.#run(racer, video);
  }

  /** End every decoder. Nothing is told any more. */
  close() {
    this.#closed = true;
    this.#racers.forEach(({ decoder }) => decoder.close());
    this.#racers = [];
  }

  async #run(racer, video) {
    racer.busy = true;
    try {
      const reading = await racer.decoder.read(video);
      if (this.#closed) return;
      if (reading.texts.length) this.#unread = 0;
      else this.#unread += 1;
      this.#tell(reading);
    } catch {
      this.#leave(racer);
    } finally {
      racer.busy = false;
    }
  }

  #join(make) {
    try {
      this.#racers.push({ decoder: make(), busy: false });
    } catch {
      // One that cannot even be made is one that broke: the others go on.
    }
  }

  #leave(racer) {
    racer.decoder.close();
    this.#racers = this.#racers.filter((each) => each !== racer);
    if (!this.#closed && !this.#racers.length) this.#callHelpers();
  }

  #callHelpers() {
    this.#helpers.splice(0).forEach((make) => this.#join(make));
  }
}
