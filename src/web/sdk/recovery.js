import { Backoff, pause } from './backoff.js';
import { isPassing } from './error.js';

/**
 * @typedef {{ join?: boolean, offer?: boolean, after?: number }} Needs
 * @typedef {{
 *   isOpen: () => boolean,
 *   open: () => Promise<void>,
 *   join: () => Promise<void>,
 *   offer: () => Promise<void>,
 *   mediaFlows: () => Promise<boolean>,
 *   forgetSession: () => boolean,  // also closes the socket; false when there is none to forget
 *   giveUp: (error: unknown) => void,
 * }} Steps
 */

/**
 * Brings a broken session back. What broke is recorded as a need; one loop meets the needs in the
 * order socket, join, offer, and starts over when more broke meanwhile. An error that will not pass
 * is forgiven once, by starting as a stranger (`forgetSession`); the second ends it (`giveUp`), unless
 * media has flowed in between (`succeeded`).
 */
export class Recovery {
  isRunning = false;
  #needs = { join: false, offer: false };
  #abort = new AbortController();
  #forgave = false;

  /**
   * @param {Steps} steps
   * @param {Backoff} [backoff]
   */
  constructor(steps, backoff = new Backoff()) {
    this.steps = steps;
    this.backoff = backoff;
  }

  /**
   * @param {Needs} needs  `after`: milliseconds to wait first
   * @returns {Promise<void>} when all is well, given up or stopped; never rejects
   */
  async need({ join = false, offer = false, after = 0 }) {
    this.#needs.join ||= join;
    this.#needs.offer ||= offer;
    if (this.isRunning) return;
    this.isRunning = true;
    await pause(after, this.#abort.signal);
    await this.#run();
    this.isRunning = false;
  }

  /** Media flows: what breaks from now on is news. */
  succeeded() {
    this.backoff.reset();
    this.#forgave = false;
  }

  stop() {
    this.#abort.abort();
  }

  async #run() {
    while (!this.#abort.signal.aborted && (this.#needs.join || this.#needs.offer)) {
      try {
        await this.#meetNeeds();
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (!isPassing(error) && !this.#startAsStranger()) {
          this.steps.giveUp(error);
          return;
        }
        await pause(this.backoff.next(), this.#abort.signal);
      }
    }
  }

  async #meetNeeds() {
    if (!this.steps.isOpen()) {
      await this.steps.open();
      this.#needs.join = true;
    }
    if (this.#needs.join) {
      await this.#meet('join');
      if (!this.#needs.offer) this.#needs.offer = !(await this.steps.mediaFlows());
    }
    if (this.#needs.offer && !this.#abort.signal.aborted) await this.#meet('offer');
  }

  /**
   * The need is struck off first: one that comes up during the step counts anew.
   *
   * @param {'join' | 'offer'} step
   */
  async #meet(step) {
    this.#needs[step] = false;
    try {
      await this.steps[step]();
    } catch (error) {
      this.#needs[step] = true;
      throw error;
    }
  }

  #startAsStranger() {
    if (this.#forgave) return false;
    this.#forgave = true;
    this.#needs = { join: true, offer: true };
    return this.steps.forgetSession();
  }
}
