/**
 * How long sound or picture waits for what is asked for again. Nothing on a good way: the mixer has smoothed
 * the stream, and each millisecond is one of the conversation. Each second in which something was lost and it
 * stuttered makes it longer, and a long while without one shorter again; who stutters soon after that has to
 * wait longer for the next try. A stutter without a loss is a busy machine, and no wait helps it.
 *
 * @typedef {{ freezeCount?: number, nackCount?: number, packetsLost?: number, concealedSamples?: number,
 *   silentConcealedSamples?: number, totalSamplesReceived?: number }} Inbound  of an inbound-rtp report
 */

const STEP = 50; // ms
/** ms: less hardly ever lets what is asked for again come in time where there is jitter as well. */
const FIRST_STEP = 100;
/** ms: what is asked for a third time at a round trip of 80 ms; beyond, a conversation suffers more. */
const MOST = 250;
/** Updates (seconds) without a stutter before a step down. */
const CALM = 20;
const LONGEST_CALM = 160;
/** The share of sound in a second that may be made up: one packet of 20 ms is not heard. */
const CONCEALED = 0.03;

export class Steady {
  #wait = 0;
  #calm = 0;
  #patience = CALM;
  #cameDown = false;
  /** @type {Inbound | null} */
  #before = null;

  /**
   * To be called about once a second; ms to hold it back for.
   *
   * @param {Inbound} now
   */
  update(now) {
    const before = this.#before;
    this.#before = now;
    if (!before) return this.#wait;
    if (stuttered(before, now)) this.#longer();
    else if (++this.#calm >= this.#patience) this.#shorter();
    return this.#wait;
  }

  #longer() {
    const tooEarly = this.#cameDown && this.#calm < CALM / 2;
    if (tooEarly) this.#patience = Math.min(LONGEST_CALM, this.#patience * 2);
    this.#cameDown = false;
    this.#wait = Math.min(MOST, Math.max(FIRST_STEP, this.#wait + STEP));
    this.#calm = 0;
  }

  #shorter() {
    const wait = this.#wait;
    this.#wait = Math.max(0, wait - STEP);
    this.#cameDown = this.#cameDown || this.#wait < wait;
    if (wait === 0) this.#patience = CALM;
    this.#calm = 0;
  }
}

/**
 * @param {Inbound} before
 * @param {Inbound} now
 */
function stuttered(before, now) {
  const more = (/** @type {keyof Inbound} */ key) => (now[key] ?? 0) - (before[key] ?? 0);
  if (more('nackCount') <= 0 && more('packetsLost') <= 0) return false;
  if (more('freezeCount') > 0) return true;
  const concealed = more('concealedSamples') - more('silentConcealedSamples');
  return concealed > CONCEALED * more('totalSamplesReceived');
}
