/**
 * The one place where a script's address comes out of the page, so the one Trusted Types policy, named `assay`.
 * It takes our own two workers and nothing else, whatever somebody may have written into the page.
 */

const WORKER = /^\/static\/js\/scan-worker(-wasm)?\.js(\?v=[0-9a-f]+)?$/;

function checked(address) {
  if (!WORKER.test(address)) throw new TypeError("not the address of one of our workers");
  return address;
}

const policy = globalThis.trustedTypes?.createPolicy("assay", { createScriptURL: checked });

/** Give a worker's address in the form that `new Worker` takes. Raises TypeError for any other. */
export function workerAddress(address) {
  return policy ? policy.createScriptURL(address) : checked(address);
}
