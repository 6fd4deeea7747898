/** Sharing a screen: the button, what the others see of it, who may, and how it ends. Pictures go to out/. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { PEOPLE } from './support/person.mjs';
import { until } from './support/until.mjs';

const out = join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });
const timeout = 180_000;
const SLIDE = 1280;
/**
 * dB of the small text against the slide in one good step of scaling: what two codecs at their finest quantizers
 * and another scaler leave of it is 31.9.
 */
const SHARP = 30;
/** Its paper, [251, 250, 247], after two codecs. */
const isPaper = colour => colour?.every(part => part > 220);

const sharesScreen = person => person.evaluate(() => window.tributary.room.participant.screenShared);
const seesScreen = (person, source = SLIDE) => person.evaluate(width => window.probe.seeScreen(width), source);
const showsScreen = person =>
  until(`${person.name} to see the screen`, async () => isPaper((await seesScreen(person))?.colour), {
    explain: () => seesScreen(person),
  });
const hasNoScreen = person =>
  person.until('no screen', () => !window.tributary.room.layout.tiles.some(({ source }) => source === 'screen'));
const share = person => person.page.getByRole('button', { name: 'Share your screen' }).click();

test('a shared screen has a tile of its own, is readable, and goes by the browser’s own button', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  const browser = await chromium();
  const [ada] = await gather(browser, 1, { screen: SLIDE });
  const [ben] = await gather(browser, 1, { first: 1 });
  for (const person of [ada, ben]) await person.join(server, 'demo');
  await ben.sees([ada, ben]);

  const from = performance.now();
  await share(ada);
  for (const person of [ada, ben]) await showsScreen(person);
  await ada.page.getByText('You are sharing your screen').waitFor();
  await ben.page.getByText('Ada is sharing a screen').waitFor();
  await ben.sees([ada, ben]);
  const names = await ben.page.locator('.tiles li').allInnerTexts();
  assert.ok(names.includes('Screen of Ada'), `tiles are named ${names}`);

  const sharp = await until('text to be sharp', async () => {
    const seen = await seesScreen(ben);
    return seen?.psnr > SHARP && seen.contrast > 0.9 && seen;
  }, { timeout: 60_000, explain: () => seesScreen(ben) });
  const { psnr, contrast, shown } = sharp;
  report(
    t,
    `text of 12 to 15 pixels on a slide of ${SLIDE}, shown ${shown.width}x${shown.height}: ` +
      `${psnr.toFixed(1)} dB, ${(contrast * 100).toFixed(0)}% of its contrast, ` +
      `${((performance.now() - from) / 1000).toFixed(1)} s after its button was pressed`,
  );

  await ada.evaluate(() => window.testSource.stopSharing());
  for (const person of [ada, ben]) await hasNoScreen(person);
  assert.equal(await sharesScreen(ada), false);
  await ada.page.getByRole('button', { name: 'Share your screen' }).waitFor();

  // Once more over the same m-line, and stopped by the page's own button.
  await share(ada);
  await showsScreen(ben);
  await ada.page.getByRole('button', { name: 'Stop sharing', exact: true }).click();
  await hasNoScreen(ben);
  await ben.sees([ada, ben]);
  for (const { name, problems } of [ada, ben]) assert.deepEqual(problems, [], `${name}'s console`);
});

test('one at a time, a refusal says why, and a moderator may end it', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  const [ada, ben] = await gather(await chromium(), 2, { screen: SLIDE });
  for (const person of [ada, ben]) await person.join(server, 'demo');
  await ben.evaluate(() => {
    window.testSource.refuses = true;
  });
  await share(ben);
  await ben.page.getByText('No screen was shared.').waitFor();
  assert.equal(await sharesScreen(ben), false);

  await share(ada);
  await showsScreen(ben);
  await share(ben);
  await ben.page.getByText('Ada is sharing a screen. You can share yours after that.').waitFor();
  const refusal = await ben.evaluate(async () => {
    const track = document.createElement('canvas').captureStream().getVideoTracks()[0];
    return window.tributary.room.shareScreen(track).catch(({ code, message }) => ({ code, message }));
  });
  assert.deepEqual(refusal, {
    code: 'forbidden',
    message: 'Ada is sharing a screen, and this room shows 1 at a time: wait until it ends',
  });

  await ben.page.getByRole('button', { name: 'Participants' }).click();
  await ben.page.getByRole('button', { name: 'Options for Ada' }).click();
  await ben.page.getByRole('button', { name: 'Stop the shared screen' }).click();
  await hasNoScreen(ben);
  await ada.until('her capture to end', () => window.tributary.room.screen === null);
  await ada.page.getByText('Your screen is no longer shared').waitFor();
});

test('a share outlives a lost connection and ends with its sender', { timeout }, async t => {
  const { server, chromium } = await setUp(t, { config: { rooms: { departureTimeout: 3 } } });
  const [home, away] = [await chromium(), await chromium()];
  const [ada] = await gather(away, 1, { screen: SLIDE });
  const [ben] = await gather(home, 1, { first: 1 });
  for (const person of [ada, ben]) await person.join(server, 'demo');
  await share(ada);
  await showsScreen(ben);
  await ada.evaluate(() => {
    window.formerConnection = window.tributary.room.connection;
    window.formerConnection.dispatchEvent(new Event('connectionstatechange'));
    window.formerConnection.close();
    window.formerConnection.onconnectionstatechange?.();
  });
  await ada.until('a new connection', () => {
    const { state, connection } = window.tributary.room;
    return state === 'connected' && connection && connection !== window.formerConnection;
  });
  await ada.until('the screen to be sent again', async () => {
    const { outbound } = await window.tributary.room.stats();
    return outbound.screen?.bytes > 0;
  });
  await showsScreen(ben);
  await away.kill();
  await hasNoScreen(ben);
});

test('Firefox shares and sees screens too', { timeout }, async t => {
  const { server, chromium, firefox } = await setUp(t);
  const [blink, gecko] = await Promise.all([chromium(), firefox()]);
  const [ada] = await gather(blink, 1, { screen: SLIDE });
  const fox = await gecko.newPerson({ ...PEOPLE[1], screen: SLIDE });
  await ada.join(server, 'demo');
  await fox.join(server, 'demo');
  await fox.evaluate(() => document.querySelector('button[aria-label="Share your screen"]').click());
  await showsScreen(ada);
  await fox.evaluate(() => window.tributary.room.stopScreen());
  await hasNoScreen(ada);
  await share(ada);
  await showsScreen(fox);
});

test('what Chromium itself captures is shared, and ends by the button', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  // Neither page replaces getDisplayMedia: Chromium's fake screen is green, with a clock that moves.
  const [ada, ben] = await gather(await chromium(), 2);
  for (const person of [ada, ben]) await person.join(server, 'demo');
  await ben.sees([ada, ben]);
  await share(ada);
  const isGreen = colour => colour && colour[1] > 90 && colour[0] < 60 && colour[2] < 60;
  await until('ben to see the captured screen', async () => isGreen((await seesScreen(ben))?.colour), {
    explain: () => seesScreen(ben),
  });
  const { screen } = (await ada.stats()).outbound;
  assert.ok(screen.width >= 640 && screen.fps > 0, `it is sent at ${screen.width}x${screen.height}, ${screen.fps} fps`);
  await ada.page.getByRole('button', { name: 'Stop sharing', exact: true }).click();
  await hasNoScreen(ben);
  assert.deepEqual([ada, ben].flatMap(({ problems }) => problems), []);
});
