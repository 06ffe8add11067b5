/**
 * Recovery codes can be copied and printed; saving them as a file is a form and needs no script.
 *   <div data-behaviour="passkey-codes">
 * Parts: codes, copy, print, said, words.
 */

import { part, wordsOf } from "./words.js";

for (const root of document.querySelectorAll('[data-behaviour~="passkey-codes"]')) {
  const say = wordsOf(root);
  const copy = part(root, "copy");
  const print = part(root, "print");
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    const codes = [...part(root, "codes").querySelectorAll("code")].map((each) => each.textContent);
    await navigator.clipboard.writeText(codes.join("\n"));
    part(root, "said").textContent = say("copied");
  });
  print.hidden = false;
  print.addEventListener("click", () => globalThis.print());
}
