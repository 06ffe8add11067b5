/** The decoder that some browsers have themselves, and whether any decoder is at hand. */

/** Say whether any decoder is at hand. `workers` are the workers' addresses; there may be none. */
export async function canDecode(workers) {
  return workers.length > 0 || (await isNative());
}

/** Say whether the browser reads QR codes itself. */
export async function isNative() {
  try {
    return (await globalThis.BarcodeDetector?.getSupportedFormats())?.includes("qr_code") ?? false;
  } catch {
    return false; // a browser that names the class and lacks the service behind it
  }
}

export class NativeDecoder {
  #detector = new BarcodeDetector({ formats: ["qr_code"] });

  /** Read the frame that is shown now. Throws when it cannot go on: some phones fail to start the service. */
  async read(video) {
    const codes = await this.#detector.detect(video);
    return { texts: codes.map((code) => code.rawValue), unread: 0 };
  }

  close() {}
}
