/** Reads QR codes away from the page's own thread. Takes an ImageData, answers with the texts found. */

import decodeQR from "../vendor/qr/decode.js";

self.addEventListener("message", ({ data }) => {
  self.postMessage(textsIn(data));
});

function textsIn(picture) {
  try {
    return [decodeQR(picture)];
  } catch {
    // It throws whatever it stumbles over: a frame without a code is the usual case, and the next one follows.
    return [];
  }
}
