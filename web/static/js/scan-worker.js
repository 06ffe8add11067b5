/**
 * Reads QR codes away from the page's own thread: small, and there at once. Says `{ready}` when it may be sent the
 * first picture, an ImageData or an ImageBitmap; answers each with `{texts, unread}`.
 */

import decodeQR from "../vendor/qr/decode.js";
import { pixelsOf } from "./scan-pixels.js";

/** Its own default is one frame of a screen; a worker holds nobody up. */
const SEARCH_MAX_MS = 60;

self.addEventListener("message", ({ data }) => {
  const picture = pixelsOf(data);
  self.postMessage({ texts: textsIn(picture), unread: 0 });
});
self.postMessage({ ready: true });

function textsIn(picture) {
  try {
    return [decodeQR(picture, { timeLimit: SEARCH_MAX_MS })];
  } catch {
    // It throws whatever it stumbles over: a frame without a code is the usual case, and the next one follows.
    return [];
  }
}
