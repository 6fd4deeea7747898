/** From `join` sent to the first frame of the mix. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { quantile } from './support/until.mjs';

const JOINS = 20;

test('twenty joins in a row are quick', { timeout: 300_000 }, async t => {
  const { server, machine, chromium } = await setUp(t);
  const browser = await chromium();
  const [ada] = await gather(browser, 1);
  await ada.join(server, 'demo');
  await ada.sees([ada]);
  const shown = [];
  const decoded = [];
  for (let count = 0; count < JOINS; count += 1) {
    const [ben] = await gather(browser, 1, { first: 1 });
    await ben.join(server, 'demo');
    const times = await ben.evaluate(() => window.probe.join);
    shown.push(times.shown - times.sent);
    decoded.push(times.decoded - times.sent);
    assert.deepEqual(ben.problems, []);
    await ben.closePage();
  }
  const [median, worst] = [quantile(decoded, 0.5), Math.max(...decoded)];
  report(
    t,
    `join → first frame decoded: median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms (issue: 700, 1500); ` +
      `presented: median ${quantile(shown, 0.5).toFixed(0)}, worst ${Math.max(...shown).toFixed(0)}`,
  );
  assert.ok(median <= machine.allow(700), `median ${median} ms`);
  assert.ok(worst <= machine.allow(1500), `worst ${worst} ms`);
});

test('the first to join an empty room need not wait long either', { timeout: 120_000 }, async t => {
  const { server, chromium } = await setUp(t);
  const [ada] = await gather(await chromium(), 1);
  await ada.join(server, 'fresh');
  const { sent, decoded } = await ada.evaluate(() => window.probe.join);
  report(t, `first join of a room → first frame decoded: ${(decoded - sent).toFixed(0)} ms`);
  assert.ok(decoded - sent <= 4000);
});
