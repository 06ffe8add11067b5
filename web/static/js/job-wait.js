/**
 * A page that waits for a job looks after it, and loads itself again when it has ended. Without this the page has a
 * link, and a browser without scripts loads it again by itself.
 *   <section data-behaviour="job-wait" data-job="32 hex digits">
 */

const FIRST_MS = 1000;
const LONGEST_MS = 15000;
const GIVE_UP_MS = 15 * 60 * 1000;

class JobWait {
  #url;
  #until = Date.now() + GIVE_UP_MS;
  #wait = FIRST_MS;

  constructor(job) {
    this.#url = `/jobs/${job}`;
    this.#later();
  }

  #later() {
    if (Date.now() < this.#until) setTimeout(() => this.#look(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.2, LONGEST_MS);
  }

  async #look() {
    try {
      const answer = await fetch(this.#url, { headers: { Accept: "application/json" }, cache: "no-store" });
      const { open } = answer.ok ? await answer.json() : { open: answer.status !== 401 && answer.status !== 404 };
      if (!open) return location.reload();
    } catch {
      // No network for a moment: looked at again.
    }
    this.#later();
  }
}

const place = document.querySelector('[data-behaviour="job-wait"]');
if (place) new JobWait(place.dataset.job);
