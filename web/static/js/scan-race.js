/**
 * Several decoders side by side. Each takes the frame that is shown when it is free, and misses those it has no time
 * for; what one of them reads is told at once, whatever the others do. One that breaks is left out. When none is
 * left, that is told too.
 */

import { NativeDecoder, isNative } from "./scan-native.js";
import { WorkerDecoder } from "./scan-worker-decoder.js";

/** So many frames the browser's own decoder may fail to read before the workers are loaded to help it. */
const ALONE_FRAMES = 20;

/** Open the race that suits this browser. `tell` hears `{texts, unread}`; `broke` that nobody can go on. */
export async function openRace(workers, tell, broke) {
  const open = (address) => () => new WorkerDecoder(address);
  return new Race((await isNative()) ? [() => new NativeDecoder()] : [], workers.map(open), tell, broke);
}

export class Race {
  #racers = [];
  #helpers;
  #tell;
  #broke;
  #unread = 0;
  #closed = false;

  /** `first` race at once; `helpers` join when the first read nothing, or break, or at once where there is no first. */
  constructor(first, helpers, tell, broke) {
    this.#helpers = helpers;
    this.#tell = tell;
    this.#broke = broke;
    if (first.length) first.forEach((make) => this.#join(make));
    else this.#callHelpers();
  }

  /** Show a frame to every decoder that is free. */
  offer(video) {
    if (this.#closed) return;
    if (this.#unread >= ALONE_FRAMES) this.#callHelpers();
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
