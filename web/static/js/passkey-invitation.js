/**
 * The token of an invitation stands in the link's fragment, which is sent to nobody. It is taken out of the address
 * bar, kept in this tab while its guest signs in, and filled in once the invitation can be accepted.
 *   <section data-behaviour="passkey-invitation">
 * Parts: token (only once it can be accepted).
 */

const KEPT = "assay-invitation";
const TOKEN = /^[A-Za-z0-9_-]{20,64}$/;

for (const root of document.querySelectorAll('[data-behaviour~="passkey-invitation"]')) {
  const given = location.hash.slice(1);
  if (TOKEN.test(given)) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  const field = root.querySelector('[data-part="token"]');
  const kept = sessionStorage.getItem(KEPT);
  if (field && kept) {
    field.value = kept;
    field.form.addEventListener("submit", () => sessionStorage.removeItem(KEPT));
  }
}
