/**
 * A photo is shown and sent as soon as it is chosen; without this script a button sends it.
 *   <form data-behaviour="scan-photo" data-size-max-bytes="…">
 * Parts: words, status, said, preview (a canvas). The server decides.
 */

import { part, speakerOf, wordsOf } from "./words.js";

const PREVIEW_SIDE_MAX_PX = 640;

class ScanPhoto {
  #form;
  #words;
  #tell;
  #inputs;

  constructor(form) {
    this.#form = form;
    this.#words = wordsOf(form);
    this.#tell = speakerOf(form);
    this.#inputs = [...form.querySelectorAll('input[type="file"]')];
    this.#inputs.forEach((input) => input.addEventListener("change", () => this.#take(input)));
    // The browser may bring this page back as it was left.
    globalThis.addEventListener("pageshow", (event) => event.persisted && this.#rest());
    form.dataset.live = "";
    this.#rest();
  }

  #take(input) {
    const [photo] = input.files;
    if (!photo) return;
    this.#rest(input);
    if (photo.size > Number(this.#form.dataset.sizeMaxBytes)) {
      this.#tell(this.#words("too_large"), "rejected");
      input.value = "";
      return;
    }
    this.#tell(this.#words("reading"), "busy");
    this.#form.requestSubmit();
    this.#preview(photo);
  }

  /** Forget every photo but the one of `kept`. */
  #rest(kept) {
    this.#inputs.filter((each) => each !== kept).forEach((each) => (each.value = ""));
    part(this.#form, "preview").hidden = true;
    this.#tell(this.#words("at_once"));
  }

  /** Draw the photo while it is on its way. What the browser cannot draw, the server may still read. */
  async #preview(photo) {
    const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" }).catch(() => null);
    if (!bitmap) return;
    const canvas = part(this.#form, "preview");
    const scale = Math.min(1, PREVIEW_SIDE_MAX_PX / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    canvas.hidden = false;
  }
}

const form = document.querySelector('[data-behaviour="scan-photo"]');
if (form) new ScanPhoto(form);
