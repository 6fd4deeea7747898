/** A flash and a beep of one person reach the others together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { relayFor } from './support/relay.mjs';
import { quantile, until } from './support/until.mjs';

const PERIOD = 1200;
const COUNT = 9;
/** ms that sound may come early and late (ITU-R BT.1359: what nobody notices). */
const EARLY = 45;
const LATE = 125;
/** ms by which the last part has the picture held back at its receiver. */
const HELD = 300;
/** ms by which the camera's packets reach the server late. */
const CAMERA_LATE = 150;
/**
 * ms that three beeps in a row differ by once sound is no longer being stretched. On a machine so busy that no three are
 * ever alike, by which TREND of them are later than as many before.
 */
const STEADY = 20;
const TREND = 5;
/** ms by which sound may still be early, over SAMPLES looks at what plays, once it is held back for the picture. */
const IN_STEP = 15;
const SAMPLES = 15;

/** Ada flashes and beeps, Ben sees and hears it. `check` compares the next COUNT of both. */
async function flashing(t, conditions) {
  const { server, machine, chromium } = await setUp(t);
  const browser = await chromium();
  const [ada] = await gather(browser, 1, { look: 'flash', silent: true });
  const [ben] = await gather(browser, 1, { first: 1, silent: true });
  const way = conditions && (await relayFor(ada.page, conditions));
  t.after(() => way?.close());
  await ada.join(server, 'demo');
  await ben.join(server, 'demo');
  await ben.sees([ada, ben]);
  await ada.evaluate(period => window.testSource.flashAndBeep(period), PERIOD);
  await ben.evaluate(watchLips);

  // Sound is stretched no faster than nobody hears it.
  const settled = async () => {
    await forget(ben);
    const ages = async () =>
      agesOf((await ben.evaluate(() => window.testLips)).beeps, await ada.evaluate(() => window.testFlashes ?? []));
    await until('sound that is no longer stretched', async () => isSteady(await ages()), { timeout: 90_000, explain: ages });
  };
  const check = async what => {
    const { flashes, beeps } = await collect(ben);
    const sent = await ada.evaluate(() => window.testFlashes);
    const ages = `flash after ${spread(agesOf(flashes, sent))}, beep after ${spread(agesOf(beeps, sent))}`;
    const skews = flashes
      .map(flash => flash - beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best)))
      .filter(skew => Math.abs(skew) < PERIOD / 2);
    const typical = quantile(skews, 0.5);
    const outside = skews.filter(skew => skew > machine.allow(EARLY) || skew < -machine.allow(LATE)).length;
    report(t, `${what}: sound before picture by ${spread(skews)} (issue: +${EARLY} early, −${LATE} late); ${ages}`);
    assert.ok(skews.length >= COUNT / 2, `${skews.length} pairs`);
    // A browser that gets no time to play has its sound wait longer: the exact bounds where it gets it, in all but stalls.
    const slower = machine.slowness;
    assert.ok(typical <= EARLY * slower && typical >= -LATE * slower, `sound before picture by ${typical} ms (${machine})`);
    // One may wait for a frame that the camera's browser or the screen leaves out.
    assert.ok(outside <= 1, `${outside} pairs outside: ${spread(skews)}`);
  };
  return { server, ben, settled, check };
}

test('a camera that reaches the server late has its sound wait for it', { timeout: 240_000 }, async t => {
  const { server, settled, check } = await flashing(t, { lateVideo: CAMERA_LATE });
  await until('the server to hold the sound', async () => (await server.metrics()).sum('tributary_audio_held') === 1);
  await settled();
  await check(`a camera that is ${CAMERA_LATE} ms late`);
});

test('flash and beep arrive together', { timeout: 240_000 }, async t => {
  const { ben, settled, check } = await flashing(t);
  await settled();
  await check('as it comes');
  await ben.evaluate(held => {
    const receivers = window.tributary.room.connection.getReceivers();
    receivers.find(({ track }) => track.kind === 'video').jitterBufferTarget = held;
  }, HELD);
  // The SDK looks once a second, and the browser takes its time.
  const reached = { held: HELD, early: IN_STEP, samples: SAMPLES };
  await ben.until('sound to be late as well', async ({ held, early, samples }) => {
    const { leadOf } = await import('/sdk/lip-sync.js');
    const receivers = window.tributary.room.connection.getReceivers();
    const of = kind => receivers.find(({ track }) => track.kind === kind);
    const [sound, picture] = ['audio', 'video'].map(kind => of(kind).getSynchronizationSources()[0]);
    const leads = (window.testLeads = [...(window.testLeads ?? []), leadOf(sound, picture)].slice(-samples));
    const median = leads.toSorted((a, b) => a - b)[leads.length >> 1];
    return of('audio').jitterBufferTarget > held / 4 && leads.length === samples && median > -early;
  }, reached, { timeout: 90_000 });
  await check(`the picture held back by ${HELD} ms`);
});

/**
 * In the page: notes when Ada's tile turns white, and when a tone begins. By when the frame was presented: a busy page
 * runs its callback later, and when it is later than the next frame, sees that one.
 */
function watchLips() {
  const seen = { flashes: [], beeps: [], lit: false };
  window.testLips = seen;
  const video = document.querySelector('.stage video');
  const frame = 40; // ms
  const onFrame = (_now, { presentationTime }) => {
    const tile = window.probe.see().find(({ name }) => name === 'Ada');
    const lit = Boolean(tile) && Math.min(...tile.colour) > 180;
    if (lit && !seen.lit) seen.flashes.push(performance.timeOrigin + Math.max(presentationTime, performance.now() - frame));
    seen.lit = lit;
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  setInterval(() => {
    for (const start of window.probe.beeps(0.08)) {
      if (!seen.beeps.some(other => Math.abs(other - start) < 400)) seen.beeps.push(start);
    }
  }, 100);
}

function isSteady(ages) {
  const last = ages.slice(-3);
  if (last.length === 3 && Math.max(...last) - Math.min(...last) < STEADY) return true;
  const [before, now] = [ages.slice(-2 * TREND, -TREND), ages.slice(-TREND)];
  return before.length === TREND && Math.abs(quantile(now, 0.5) - quantile(before, 0.5)) < STEADY;
}

const forget = ben =>
  ben.evaluate(() => {
    Object.assign(window.testLips, { flashes: [], beeps: [] });
  });

/** The next COUNT of both. */
async function collect(ben) {
  await forget(ben);
  await ben.until('enough flashes and beeps', count => {
    const { flashes, beeps } = window.testLips;
    return flashes.length >= count && beeps.length >= count;
  }, COUNT, {
    timeout: 60_000,
    explain: () => ben.evaluate(() => ({
      ...window.testLips,
      tiles: window.probe.see(),
      room: window.tributary.room.state,
      shown: document.querySelector('.stage video').getVideoPlaybackQuality().totalVideoFrames,
    })),
  });
  return ben.evaluate(() => window.testLips);
}

/** How long after the last that was sent before it each came. */
function agesOf(times, sent) {
  return times.map(time => time - Math.max(...sent.filter(begun => begun <= time))).filter(age => age < PERIOD / 2);
}

function spread(values) {
  const at = share => quantile(values, share).toFixed(0);
  return `${at(0.5)} ms (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} of ${values.length})`;
}
