/** Waits for what must become true, instead of sleeping and hoping. */

export const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

/**
 * The first truthy value of `check`, which is asked again and again. What it throws counts as "not yet"
 * until the deadline, and is told then; an AssertionError is told at once.
 *
 * @template T
 * @param {string} what  for the message
 * @param {() => T | Promise<T>} check
 * @param {{ timeout?: number, every?: number, explain?: () => unknown }} [options]
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, check, { timeout = 30_000, every = 50, explain } = {}) {
  const deadline = performance.now() + timeout;
  let last;
  while (performance.now() < deadline) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      if (error.code === 'ERR_ASSERTION') throw error;
      last = error;
    }
    await pause(every);
  }
  const detail = explain ? await Promise.resolve(explain()).catch(String) : last;
  const text = detail instanceof Error ? detail.message : JSON.stringify(detail);
  throw new Error(`waited ${timeout / 1000} s for ${what}; last: ${text}`);
}

/** @param {number[]} values @param {number} share 0.5 is the median */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
