/**
 * The words of a behaviour: the page carries them, because scripts choose when to speak and not in which language.
 *   <template data-part="words"><p data-say="opening">…</p></template>
 */

/** Give a function from a word's name to its text; `{name}` in it is filled in from the values. */
export function wordsOf(root) {
  const elements = part(root, "words").content.querySelectorAll("[data-say]");
  const texts = new Map([...elements].map((each) => [each.dataset.say, each.textContent]));
  return (name, values = {}) => {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`the page has no words for ${name}`);
    return text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  };
}

/**
 * Give a function that says a text in the behaviour's status: `verified`, `caution`, `rejected`, `busy`, or no tone.
 *   <p class="scan-said" role="status" data-part="status">icons of every tone <span data-part="said"></span></p>
 */
export function speakerOf(root) {
  const status = part(root, "status");
  const said = part(root, "said");
  return (text, tone = "") => {
    status.dataset.tone = tone;
    if (said.textContent !== text) said.textContent = text; // what is written again would be read out again
  };
}

/** Find one part of a behaviour's element. A missing one is our bug. */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`the page has no part ${name}`);
  return found;
}
