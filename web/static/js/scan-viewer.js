/**
 * The camera's panel: its picture, its one button, what it says, and what the camera can do beside filming.
 *   <section data-hosts="a.example b.example" data-workers="…" data-state="unknown">
 * Parts: words, view (the picture), video, status, said, button, and those of its tools. What is not needed before
 * the tap is loaded with it.
 */

import { mayAsk } from "./scan-stream.js";
import { canDecode } from "./scan-native.js";
import { Voice } from "./scan-voice.js";
import { part, speakerOf, wordsOf } from "./words.js";

/** What each state offers on its button, and in which tone it speaks; a state says the word of its own name. */
const STATES = {
  idle: { button: "start", tone: "" },
  opening: { button: "stop", tone: "busy" },
  looking: { button: "stop", tone: "" },
  slow: { button: "stop", tone: "" },
  asking: { button: "stop", tone: "busy" },
  unhelped: { button: "stop", tone: "caution" },
  kept: { button: "stop", tone: "verified" },
  known: { button: "stop", tone: "caution" },
  passed_by: { button: "stop", tone: "rejected" },
  found: { button: "again", tone: "verified" },
  foreign_host: { button: "again", tone: "rejected" },
  not_a_label: { button: "again", tone: "rejected" },
  full: { button: "start", tone: "caution" },
  blocked: { button: "again", tone: "caution" },
  absent: { button: "again", tone: "caution" },
  taken: { button: "again", tone: "caution" },
  lost: { button: "again", tone: "caution" },
  broken: { button: "again", tone: "caution" },
  tired: { button: "start", tone: "" },
};
const LOOKING = ["opening", "looking", "slow", "asking", "unhelped", "kept", "known", "passed_by"];
/** While one of these is said, advice may take its place. */
const ADVISED = ["looking", "slow"];

/** Open a viewer where a camera can work; else hide its panel, and give null. */
export async function openViewer(root, started, read) {
  const workers = root.dataset.workers.split(" ").filter(Boolean);
  if (mayAsk() && (await canDecode(workers))) return new Viewer(root, workers, started, read);
  root.hidden = true;
  return null;
}

class Viewer {
  #root;
  #workers;
  #started;
  #read;
  #words;
  #tell;
  #voice;
  #state = "idle";
  #look = null;
  #tools = null;
  #help = null;

  /** `started` is called with every tap on start, `read` with the texts of each frame that has some. */
  constructor(root, workers, started, read) {
    this.#root = root;
    this.#workers = workers;
    this.#started = started;
    this.#read = read;
    this.#words = wordsOf(root);
    this.#tell = speakerOf(root);
    this.#voice = new Voice(root);
    part(root, "button").addEventListener("click", () => (this.isLooking ? this.stop("idle") : this.#start()));
    document.addEventListener("visibilitychange", () => document.hidden && this.isLooking && this.stop("tired"));
    globalThis.addEventListener("pagehide", () => this.stop("idle"));
    this.become("idle");
  }

  get isLooking() {
    return LOOKING.includes(this.#state);
  }

  /** Switch the camera off, and say why. Gives what ends when it was said, also aloud. */
  stop(state, values) {
    this.#look?.end();
    this.#look = null;
    this.#tools?.clear();
    this.#help?.hide();
    return this.become(state, values);
  }

  /** Say a state. Gives what ends when it was said, also aloud. */
  become(state, values) {
    const { button, tone } = STATES[state];
    this.#state = state;
    this.#root.dataset.state = state;
    this.#root.dataset.advice = "";
    part(this.#root, "view").hidden = !this.isLooking;
    const control = part(this.#root, "button");
    control.textContent = this.#words(button);
    control.classList.toggle("second", button === "stop");
    const text = this.#words(state, values);
    this.#tell(text, tone);
    return this.#voice.say(tone && tone !== "busy" ? text : "");
  }

  /** Something was read and the look goes on: what was offered for a hard label is taken away. */
  goOn() {
    this.#look?.restart();
    this.#help?.hide();
  }

  async #start() {
    this.#started();
    this.#voice.wake();
    this.become("opening");
    this.#root.scrollIntoView({ block: "start" });
    const look = await this.#load();
    if (!look || this.#state !== "opening") return; // stopped before it was loaded
    this.#look = look;
    look.run();
  }

  async #load() {
    try {
      const [{ Look }, { Tools }, { ServerHelp }] = await Promise.all([
        import("./scan-look.js"),
        import("./scan-tools.js"),
        import("./scan-help.js"),
      ]);
      this.#tools ??= new Tools(this.#root, this.#words, (word) => this.#tell(this.#words(word)));
      this.#help ??= new ServerHelp(this.#root, this.#words, (...heard) => this.#hearServer(...heard));
      const look = new Look(part(this.#root, "video"), this.#workers, (...heard) => this.#look === look && this.#hear(...heard));
      return look;
    } catch {
      if (this.#state === "opening") this.become("broken");
      return null;
    }
  }

  #hear(word, value) {
    if (word === "read") return this.#read(value);
    if (word === "advice") return this.#advise(value);
    if (word === "looking") this.#tools.fit(this.#look.track);
    if (word === "slow") return this.#becomeSlow();
    if (LOOKING.includes(word)) this.become(word);
    else this.stop(word);
  }

  #becomeSlow() {
    this.become("slow");
    const look = this.#look;
    this.#help.offer(() => look.sharpest());
  }

  /** What our server says of one picture: it is `asking`, it is `unhelped` and why, or it read a text. */
  #hearServer(word, value) {
    if (!this.isLooking) return;
    if (word === "read") this.#read([value]);
    else this.become(word, { reason: value });
  }

  #advise(advice) {
    this.#root.dataset.advice = advice;
    if (!ADVISED.includes(this.#state)) return;
    const word = advice === "dark" && this.#tools.hasLight ? "dark_light" : advice;
    this.#tell(this.#words(word || this.#state));
  }
}
