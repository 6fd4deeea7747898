/** A flash and a beep of one person reach the others together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { pause, quantile } from './support/until.mjs';

const PERIOD = 1500;
const COUNT = 9;

test('flash and beep arrive together', { timeout: 180_000 }, async t => {
  const { server, machine, chromium } = await setUp(t);
  const browser = await chromium();
  const [ada] = await gather(browser, 1, { look: 'flash', silent: true });
  const [ben] = await gather(browser, 1, { first: 1, silent: true });
  await ada.join(server, 'demo');
  await ben.join(server, 'demo');
  await ben.sees([ada, ben]);
  await pause(3000);
  await ada.evaluate(period => window.testSource.flashAndBeep(period), PERIOD);
  await ben.evaluate(() => {
    const seen = { flashes: [], beeps: [], lit: false };
    window.testLips = seen;
    const video = document.querySelector('.stage video');
    const onFrame = () => {
      const now = Date.now();
      const tile = window.probe.see().find(({ name }) => name === 'Ada');
      const lit = Boolean(tile) && Math.min(...tile.colour) > 180;
      if (lit && !seen.lit) seen.flashes.push(now);
      seen.lit = lit;
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
    setInterval(() => {
      for (const start of window.probe.beeps(0.08)) {
        if (!seen.beeps.some(other => Math.abs(other - start) < 400)) seen.beeps.push(start);
      }
    }, 100);
  });
  await ben.until('enough flashes and beeps', count => {
    const { flashes, beeps } = window.testLips;
    return flashes.length >= count && beeps.length >= count;
  }, COUNT, { timeout: 60_000 });
  const { flashes, beeps } = await ben.evaluate(() => window.testLips);
  const skews = flashes
    .map(flash => flash - beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best)))
    .filter(skew => Math.abs(skew) < PERIOD / 2);
  const median = quantile(skews, 0.5);
  report(
    t,
    `sound before picture by (median) ${median.toFixed(0)} ms, from ${Math.min(...skews).toFixed(0)} to ` +
      `${Math.max(...skews).toFixed(0)} over ${skews.length} (issue: +45 sound early, −125 sound late)`,
  );
  assert.ok(skews.length >= COUNT / 2, `${skews.length} pairs`);
  assert.ok(median <= machine.allow(45) && median >= -machine.allow(125), `sound before picture by ${median} ms`);
});
