/**
 * Who reads the frames: the browser itself where it can, else our worker. A decoder has `read(video)`, which gives
 * the texts in the frame that is shown now and throws when it cannot go on, and `close()`.
 */

import { workerAddress } from "./scan-trusted.js";

const FRAME_SIDE_MAX_PX = 960;
const ANSWER_TIME_MAX_MS = 5000;

/** Say whether any decoder is at hand. `worker` is the worker's address, empty where the site has none. */
export async function canDecode(worker) {
  return worker !== "" || (await isNative());
}

/** Open the best decoder there is. */
export async function openDecoder(worker) {
  return (await isNative()) ? new NativeDecoder(worker) : new WorkerDecoder(worker);
}

async function isNative() {
  try {
    return (await globalThis.BarcodeDetector?.getSupportedFormats())?.includes("qr_code") ?? false;
  } catch {
    return false; // a browser that names the class and lacks the service behind it
  }
}

class NativeDecoder {
  #detector = new BarcodeDetector({ formats: ["qr_code"] });
  #worker;
  #instead = null;

  constructor(worker) {
    this.#worker = worker;
  }

  async read(video) {
    if (this.#instead) return this.#instead.read(video);
    try {
      return (await this.#detector.detect(video)).map((code) => code.rawValue);
    } catch (error) {
      // Some phones announce the service and fail to start it.
      if (!this.#worker) throw error;
      this.#instead = new WorkerDecoder(this.#worker);
      return [];
    }
  }

  close() {
    this.#instead?.close();
  }
}

class WorkerDecoder {
  #worker;
  #broken;
  #timer;
  #canvas = document.createElement("canvas");
  #pen = this.#canvas.getContext("2d", { willReadFrequently: true });

  constructor(address) {
    this.#worker = new Worker(workerAddress(address), { type: "module" });
    this.#broken = new Promise((_, reject) => {
      this.#worker.onerror = () => reject(new Error("the decoder did not load"));
    });
    this.#broken.catch(() => {}); // said with the next frame
  }

  read(video) {
    const picture = this.#middleOf(video);
    const answer = new Promise((resolve) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
    });
    const late = new Promise((_, reject) => {
      this.#timer = setTimeout(() => reject(new Error("the decoder does not answer")), ANSWER_TIME_MAX_MS);
    });
    this.#worker.postMessage(picture, [picture.data.buffer]);
    return Promise.race([answer, late, this.#broken]).finally(() => clearTimeout(this.#timer));
  }

  close() {
    clearTimeout(this.#timer);
    this.#worker.terminate();
  }

  /** Cut out the square that the page shows. */
  #middleOf(video) {
    const { videoWidth: width, videoHeight: height } = video;
    const side = Math.min(width, height);
    const drawn = Math.min(side, FRAME_SIDE_MAX_PX);
    this.#canvas.width = this.#canvas.height = drawn;
    this.#pen.drawImage(video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, drawn, drawn);
    return this.#pen.getImageData(0, 0, drawn, drawn);
  }
}
