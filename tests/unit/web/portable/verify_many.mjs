/* Verify the bundles that a file of JSON lines names, and print one line of JSON for each: level and outcomes. */

import { readFileSync } from "node:fs";

import { InputFault } from "../../../../web/portable/page/js/faults.js";
import { makeReaders } from "../../../../web/portable/page/js/documents.js";
import { readOpening, readTrust } from "../../../../web/portable/page/js/inputs.js";
import { verifyBundle } from "../../../../web/portable/page/js/verify.js";

const schemaOf = (name) =>
  JSON.parse(readFileSync(new URL(`../../../../provenance_schemas/schemas/${name}-1.json`, import.meta.url)));
const readers = makeReaders({ passport: schemaOf("passport"), step: schemaOf("step"), commitments: schemaOf("commitments") });
const fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));
const noSignatures = () => {
  throw new InputFault("no signatures here");
};

for (const line of readFileSync(process.argv[2], "utf-8").split("\n").filter(Boolean)) {
  const job = JSON.parse(line);
  const given = {
    trust: job.trust ? await readTrust(fromBase64(job.trust), noSignatures) : null,
    root: job.root ? { hash: job.root, namedBy: "you name" } : null,
    opening: job.opening ? await readOpening(fromBase64(job.opening)) : null,
  };
  const result = await verifyBundle(fromBase64(job.bundle), given, readers, job.now);
  const outcomes = Object.fromEntries(result.findings.map(({ code, outcome }) => [code, outcome]));
  console.log(
    JSON.stringify({
      level: result.level,
      answer: result.answer,
      outcomes,
      refused: result.refused ?? false,
      why: result.findings[0].reason,
    }),
  );
}
