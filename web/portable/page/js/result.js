/* The answer on the page: level, facts, piece, provenance, checks. Words come from outside. */

import { make } from "./dom.js";
import { DOCUMENTED, WORDS_OF_KINDS } from "./folding.js";
import { voidedNumbers } from "./replay.js";
import { disputes } from "./words.js";

const ICONS = { verified: "✓", passed: "✓", caution: "!", rejected: "✕", failed: "✕", undetermined: "?", unknown: "?" };

/** Put values into a sentence: `{name}`. */
export function say(sentence, values = {}) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

function moment(timeS, words) {
  const options = { dateStyle: "long", timeStyle: "short", timeZone: "UTC" };
  return `${new Intl.DateTimeFormat(words.locale, options).format(new Date(timeS * 1000))} UTC`;
}

export function day(timeS, words) {
  return new Intl.DateTimeFormat(words.locale, { dateStyle: "long", timeZone: "UTC" }).format(new Date(timeS * 1000));
}

function age(seconds, words) {
  const [unit, size] = seconds >= 2 * 86400 ? ["days", 86400] : seconds >= 7200 ? ["hours", 3600] : ["minutes", 60];
  return say(words[unit], { count: Math.max(0, Math.floor(seconds / size)) });
}

/** Lay a result out. `lacking` says what was not given: root, trust. */
export function showResult(result, lacking, words, nowS) {
  const parts = [answerCard(result, lacking, words, nowS)];
  const { evidence } = result;
  const passport = evidence?.passport;
  if (passport?.document)
    parts.push(make("div", { class: "columns" }, pieceCard(evidence, words), timelineCard(evidence, words)));
  parts.push(checksCard(result, words));
  parts.push(make("div", { class: "columns" }, evidence ? placeCard(evidence, words) : null, limitsCard(words)));
  return parts;
}

function answerCard(result, lacking, words, nowS) {
  const [headline, lead] = words.answers[result.answer];
  const lines = [make("p", {}, lead)];
  if (result.refused)
    lines.push(make("p", {}, words.refused), make("p", { class: "quiet", lang: "en" }, result.findings[0].reason));
  else if (!result.evidence && result.level === "undetermined") lines.push(make("p", {}, words.other_block));
  if (result.evidence && lacking.root) lines.push(make("p", {}, words.lacking_root));
  if (result.evidence && lacking.trust) {
    const { registry } = result.evidence;
    const place = `eip155:${registry.chain_id} · ${registry.contract} · ${registry.code_hash}`;
    lines.push(make("p", {}, words.lacking_trust, make("br"), make("span", { class: "exact" }, place)));
  }
  if (result.block) {
    const { number, timeS } = result.block;
    lines.push(
      make("p", { class: "quiet" }, say(words.as_of, { number, moment: moment(timeS, words), age: age(nowS - timeS, words) })),
    );
  }
  const title = make(
    "h2",
    { id: "answer", tabindex: "-1" },
    make("span", { class: "icon", "aria-hidden": "true" }, ICONS[result.level]),
    headline,
  );
  return make(
    "section",
    { class: `answer ${result.level}`, "aria-labelledby": "answer", "data-level": result.level },
    title,
    ...lines,
  );
}

function factsList(facts) {
  const rows = facts.filter(([, text]) => text !== null && text !== undefined && text !== "");
  return make(
    "dl",
    { class: "facts" },
    ...rows.flatMap(([name, text, exact]) => [make("dt", {}, name), make("dd", { class: exact ? "exact" : null }, text)]),
  );
}

function card(title, ...children) {
  return make("section", { class: "panel" }, make("h2", {}, title), ...children);
}

function pieceCard({ passport, words: held }, words) {
  const { document } = passport;
  const { product } = document;
  const { names } = words;
  const owner = held.owner === held.stockAccount ? words.in_stock : say(words.private_owner, { account: held.owner });
  const facts = factsList([
    [names.name, document.name],
    [names.brand, product.brand],
    [names.model, product.model],
    [names.article, product.gtin],
    [names.engraved, product.modelNumber],
    [names.made_in, product.countryOfProduction],
    [names.materials, product.materials.map((material) => material.name).join(", ")],
    [names.photos, say(words.photos, { count: document.images.length })],
    [names.owner, owner],
  ]);
  const marks = product.marks.map((mark) => make("li", {}, (words.language === "fr" && mark.textFr) || mark.text));
  return card(words.piece, facts, make("h3", {}, words.compare), make("ul", { class: "bullets" }, ...marks));
}

function timelineCard(evidence, words) {
  const voided = voidedNumbers(evidence.entries);
  const rows = evidence.entries.map((entry) => {
    const document = evidence.documents.get(entry.document);
    const told = document && !document.malformed ? document : null;
    return { entry, told, at: told ? told.happenedAt : entry.meta.timeS, isVoided: voided.has(`${entry.lane} ${entry.number}`) };
  });
  rows.sort((left, right) => left.at - right.at);
  return card(words.provenance, make("ol", { class: "timeline" }, ...rows.map((row) => timelineRow(row, evidence, words))));
}

function timelineRow({ entry, told, at, isVoided }, evidence, words) {
  const kind = words.kinds[WORDS_OF_KINDS[entry.kind]];
  const place = told?.document.place;
  const where = place ? [...new Set([place.name, place.city, place.country].filter(Boolean))].join(", ") : "";
  const who = told ? say(words.by, { name: told.recorder.name }) : "";
  const recorded = say(words.recorded, { moment: moment(entry.meta.timeS, words) });
  const state = isVoided ? words.voided : stateOf(entry, told, evidence, words);
  return make(
    "li",
    {},
    make("p", {}, make("strong", {}, told ? told.document.name : kind), told && told.document.name !== kind ? ` · ${kind}` : ""),
    make("p", { class: "quiet" }, [day(at, words), where].filter(Boolean).join(" · ")),
    make("p", { class: "quiet" }, [who, recorded].filter(Boolean).join(" · ")),
    state ? make("p", { class: "fault" }, state) : null,
  );
}

function stateOf(entry, told, evidence, words) {
  if (disputes(evidence.actors.get(entry.meta.actor), entry.meta.timeS)) return words.disputed;
  return DOCUMENTED.has(entry.kind) && !told ? words.unread : "";
}

function checksCard(result, words) {
  const rows = result.findings.map(({ code, outcome, reason, weight }) =>
    make(
      "li",
      { class: outcome, "data-code": code, "data-outcome": outcome },
      make("span", { class: "icon", "aria-hidden": "true" }, ICONS[outcome]),
      make(
        "div",
        {},
        make(
          "p",
          {},
          make("strong", {}, words.outcomes[outcome]),
          ` ${words.codes[code]}`,
          weight === "advisory" ? make("span", { class: "quiet" }, ` (${words.advisory})`) : null,
        ),
        make("p", { class: "quiet", lang: "en" }, make("span", { class: "exact" }, code), ` ${reason}`),
      ),
    ),
  );
  return card(words.checks, make("ul", { class: "checks" }, ...rows));
}

function placeCard({ item, header, registry }, words) {
  const { names } = words;
  const grouped = (hash) => `0x ${hash.match(/.{8}/g).join(" ")}`;
  return card(
    words.where,
    factsList([
      [names.item, item.text, true],
      [names.block, `${header.number}, ${moment(header.timeS, words)}`],
      [names.hash, grouped(header.hash), true],
      [names.contract, `eip155:${registry.chain_id} ${registry.contract}`, true],
      [names.code, registry.code_hash, true],
      [names.deployed, `${registry.deployed_block}, ${registry.deployed_block_hash}`, true],
    ]),
  );
}

function limitsCard(words) {
  return card(words.not_checked, make("ul", { class: "bullets" }, ...words.limits.map((limit) => make("li", {}, limit))));
}
