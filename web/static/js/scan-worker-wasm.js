/**
 * Reads QR codes with zxing-cpp in WebAssembly: larger, and reads more. Its answer alone may compile WebAssembly
 * (`wasm-unsafe-eval`), by its own Content-Security-Policy. Says `{ready}` once compiled; answers each picture with
 * `{texts, unread}`: `unread` is the side of a symbol that was found and not read, as a share of the picture.
 * Says `{failed}` where it cannot go on.
 */

import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm/dist/es/reader/index.js";
import { pixelsOf } from "./scan-pixels.js";

const BINARY = new URL("../vendor/zxing-wasm/dist/reader/zxing_reader.wasm", import.meta.url).href;
/** Inverted codes are never printed; a text is taken as it stands, without anybody's interpretation. */
const WISHES = { formats: ["QRCode"], textMode: "Plain", tryInvert: false, returnErrors: true, maxNumberOfSymbols: 4 };

prepareZXingModule({ overrides: { locateFile: () => BINARY }, fireImmediately: true }).then(
  () => self.postMessage({ ready: true }),
  fail,
);

self.addEventListener("message", async ({ data }) => {
  try {
    const picture = pixelsOf(data);
    const symbols = await readBarcodes(picture, WISHES);
    const texts = symbols.filter((each) => each.isValid).map((each) => each.text);
    const unread = Math.max(0, ...symbols.filter((each) => !each.isValid).map(sideOf)) / picture.width;
    self.postMessage({ texts, unread });
  } catch (error) {
    fail(error);
  }
});

function fail(error) {
  self.postMessage({ failed: String(error) });
}

function sideOf({ position: { topLeft, topRight, bottomLeft } }) {
  const across = Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y);
  const down = Math.hypot(bottomLeft.x - topLeft.x, bottomLeft.y - topLeft.y);
  return (across + down) / 2;
}
