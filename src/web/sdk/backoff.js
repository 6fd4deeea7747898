/**
 * Growing pauses between attempts: doubled each time up to `max`, the upper half of it random so
 * that the clients of a restarted server do not return all at once. Milliseconds.
 */
export class Backoff {
  #attempt = 0;

  constructor({ min = 500, max = 10_000, random = Math.random } = {}) {
    this.min = min;
    this.max = max;
    this.random = random;
  }

  next() {
    const ceiling = Math.min(this.max, this.min * 2 ** this.#attempt);
    this.#attempt += 1;
    return Math.round(ceiling / 2 + (this.random() * ceiling) / 2);
  }

  reset() {
    this.#attempt = 0;
  }
}

/**
 * Waits, or less when the network comes back or `signal` aborts.
 *
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function pause(ms, signal) {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.('online', done);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}
