import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff, pause } from '../../sdk/backoff.js';

test('pauses double up to the maximum, and begin anew after a reset', () => {
  const backoff = new Backoff({ min: 100, max: 1000, random: () => 1 });
  const pauses = [1, 2, 3, 4, 5, 6].map(() => backoff.next());
  assert.deepEqual(pauses, [100, 200, 400, 800, 1000, 1000]);
  backoff.reset();
  assert.equal(backoff.next(), 100);
});

test('half of a pause is random, so that clients spread', () => {
  const backoff = new Backoff({ min: 100, random: () => 0 });
  assert.equal(backoff.next(), 50);
});

test('a pause ends early when aborted', async () => {
  const abort = new AbortController();
  const started = performance.now();
  setTimeout(() => abort.abort(), 5);
  await pause(5000, abort.signal);
  assert.ok(performance.now() - started < 1000);
  await pause(5000, abort.signal);
});
