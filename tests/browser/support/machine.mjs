/**
 * What the machine had left while a test ran. The issues' figures are for the machine that they were measured
 * on; what is asserted is those figures, times by how much slower than usual a piece of work was done meanwhile.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { deflateSync } from 'node:zlib';

/** ms of the piece of work on an idle core of the machine that the figures were measured on (AMD EPYC). */
const REFERENCE = 3.1;
/** How much longer the work takes beside a test's own browsers in the worst seconds. */
const USUAL = 6;
/** ms for which nobody who measures frames of 40 ms should be kept waiting. */
const LONG_STALL = 150;
/** Pieces of work in such a stretch. */
const STRETCH = 20;
const EVERY = 100;
const BYTES = 1_500_000;

/** Begins watching; `stop()` ends it. */
export function watchMachine() {
  const worker = new Worker(new URL(import.meta.url));
  worker.unref();
  const taken = [];
  let stall = 0;
  worker.on('message', ({ work, late }) => {
    taken.push(work);
    stall = Math.max(stall, late, work - REFERENCE);
  });
  const machine = {
    /** How many times longer work took than usual, in the worst seconds; at least 1. */
    get slowness() {
      let worst = 0;
      for (let from = 0; from < taken.length; from += STRETCH / 2) {
        const stretch = taken.slice(from, from + STRETCH);
        worst = Math.max(worst, stretch.reduce((sum, value) => sum + value, 0) / stretch.length);
      }
      return Math.max(1, worst / (REFERENCE * USUAL));
    },
    /** Whether nothing but the test kept the machine busy. */
    get keptUp() {
      return machine.slowness === 1 && stall < LONG_STALL;
    },
    /** The bound to assert for `ms` of the issue's. A machine that stands still for longer cannot measure it. */
    allow: ms => (machine.keptUp && stall < ms ? ms : 4 * ms * machine.slowness),
    toString: () => `the machine was ${machine.slowness.toFixed(2)} times slower than usual, with stalls to ${stall.toFixed(0)} ms`,
    stop: async () => {
      // Ended between two pieces of work: node dies of a worker that is terminated within one.
      worker.ref();
      const ended = once(worker, 'exit');
      worker.postMessage('stop');
      await ended;
    },
  };
  return machine;
}

if (!isMainThread) {
  const data = Buffer.from(Array.from({ length: BYTES }, (_, i) => ((i * i * 31) >> 5) & 63));
  for (let warm = 0; warm < 5; warm += 1) deflateSync(data);
  let wanted = performance.now();
  const step = () => {
    const begun = performance.now();
    deflateSync(data);
    parentPort.postMessage({ work: performance.now() - begun, late: begun - wanted });
    wanted = performance.now() + EVERY;
    next = setTimeout(step, EVERY);
  };
  let next;
  parentPort.once('message', () => {
    clearTimeout(next);
    parentPort.close();
  });
  wanted = performance.now();
  step();
}
