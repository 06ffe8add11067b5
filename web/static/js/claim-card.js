/**
 * A claim card's symbol opens /claim#CODE. The code is taken out of the address at once, so that it stays neither in
 * the history nor in a shared link, and waits in this tab until the page asks for it.
 *   <p data-behaviour="claim-card" data-said="We have read your card" role="status"></p>   where that is worth saying
 */

import { keep, kept } from "./claim-stash.js";

const FRAGMENT = /^#[0-9A-Z]{27}$/i;

const { hash, pathname, search } = location;
if (FRAGMENT.test(hash)) {
  keep(hash.slice(1));
  history.replaceState(null, "", pathname + search);
}

const place = document.querySelector('[data-behaviour="claim-card"]');
if (place && kept()) {
  place.className = "notice verified";
  place.textContent = place.dataset.said;
}
