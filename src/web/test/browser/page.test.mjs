/** The page in a real Chromium against the mock server, with real media: `npm run test:browser`. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import { serve } from '../mock/server.mjs';

const ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const timeout = 60_000;

let browser;
let site;
let page;
let problems;

before(async () => {
  browser = await chromium.launch({ executablePath, args: ARGS });
});
after(() => browser.close());

beforeEach(async () => {
  site = await serve(0);
  problems = [];
  page = await browser.newPage();
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
});
afterEach(async () => {
  await page.close();
  site.close();
  assert.deepEqual(problems, []);
});

async function join(query = '') {
  await page.goto(`${site.url}/r/demo?name=Ada&autojoin=1${query}`);
  await stateIs('connected');
}

/** Waits for the state; the page's own record of states since tells what happened between. */
function stateIs(state) {
  return page.waitForFunction(wanted => window.tributary.room.state === wanted, state, { timeout });
}

async function watchStates() {
  await page.evaluate(() => {
    window.states = [];
    window.tributary.room.on('stateChanged', ({ state }) => window.states.push(state));
  });
}

function cameBack() {
  return page.waitForFunction(() => window.states.join() === 'reconnecting,connected', null, {
    timeout,
  });
}

const count = type => site.room.log.filter(message => message.type === type).length;
async function framesGrow() {
  await page.waitForFunction(async () => {
    const frames = (await window.tributary.room.stats())?.inbound.video?.framesDecoded;
    window.firstFrames ??= frames;
    return frames > window.firstFrames || frames < window.firstFrames;
  });
  await page.evaluate(() => delete window.firstFrames);
}

test('joins, shows the mix, and obeys requestVideo', { timeout }, async () => {
  await join('&codec=VP8');
  await framesGrow();
  await page.waitForFunction(() => {
    const [encoding] = window.tributary.room.connection.getSenders()[1].getParameters().encodings;
    return encoding.maxBitrate === 300000 && encoding.scaleResolutionDownBy > 1.4;
  });
  assert.equal(await page.locator('.tile').count(), 6);
  const { sdp } = site.room.log.find(message => message.type === 'offer');
  assert.match(sdp, /ssrc-audio-level/);
  assert.doesNotMatch(sdp, /H264|VP9/);
  assert.match(sdp, /rtx/);
});

test('mutes without negotiating, and tells the server', { timeout }, async () => {
  await join();
  await page.keyboard.press('m');
  await page.keyboard.press('v');
  await page.waitForFunction(() => {
    const { participant } = window.tributary.room;
    return participant.audioMuted && participant.videoMuted;
  });
  const tracks = () =>
    page.evaluate(() =>
      window.tributary.room.connection.getSenders().map(({ track }) => Boolean(track)),
    );
  // The third is the screen's.
  assert.deepEqual(await tracks(), [false, false, false]);
  await page.keyboard.press('m');
  await page.waitForFunction(() => !window.tributary.room.participant.audioMuted);
  assert.deepEqual(await tracks(), [true, false, false]);
  assert.equal(count('offer'), 1);
});

test('a moderator mutes me', { timeout }, async () => {
  await join();
  await page.waitForTimeout(300);
  const me = await page.evaluate(() => window.tributary.room.participant);
  site.room.tell({ type: 'participantUpdated', participant: { ...me, audioMuted: true } });
  await page.waitForFunction(() => window.tributary.room.media.audioMuted);
});

test('a broken WebSocket: resumes, and keeps the media', { timeout }, async () => {
  await join();
  await watchStates();
  site.room.breakSocket();
  await cameBack();
  assert.equal(count('join'), 2);
  assert.equal(site.room.log.filter(({ type }) => type === 'join')[1].resumeToken, 't1');
  assert.equal(count('offer'), 1);
  await framesGrow();
});

test('leave/reconnect: joins on the same socket, and offers anew', { timeout }, async () => {
  await join();
  await watchStates();
  site.room.hangUp();
  site.room.tell({ type: 'leave', reason: 'roomRestarted', action: 'reconnect', retryAfter: 0.2 });
  await cameBack();
  assert.equal(count('join'), 2);
  assert.equal(count('offer'), 2);
  await framesGrow();
});

test('leave/resume: a new socket, the same media', { timeout }, async () => {
  await join();
  await watchStates();
  site.room.tell({ type: 'leave', reason: 'serverRestart', action: 'resume' });
  await cameBack();
  assert.equal(count('join'), 2);
  assert.equal(count('offer'), 1);
});

test('media that dies silently is offered anew', { timeout }, async () => {
  await join();
  await watchStates();
  site.room.hangUp();
  await cameBack();
  assert.equal(count('join'), 1);
  assert.equal(count('offer'), 2);
  await framesGrow();
});

test('an announced recording stays in sight until one knows', { timeout }, async () => {
  await join();
  const banner = page.locator('.banner[data-tone="recording"]');
  const record = () => page.evaluate(() => window.tributary.room.startRecording());
  await record();
  await banner.waitFor({ timeout });
  assert.match(await banner.textContent(), /This call is being recorded/);
  await banner.getByRole('button', { name: 'Got it' }).click();
  await banner.waitFor({ state: 'detached', timeout });
  assert.equal(
    (await page.locator('.recording').textContent()).trim(),
    'Recording',
    'the mark stays',
  );
  await page.evaluate(() => window.tributary.room.stopRecording());
  await page.locator('.recording').waitFor({ state: 'detached', timeout });
});

test('leave/disconnect ends the call, and one can join again', { timeout }, async () => {
  await join();
  site.room.tell({ type: 'leave', reason: 'removed', action: 'disconnect' });
  await page.getByRole('heading', { name: 'You were removed from the call' }).waitFor();
  await page.getByRole('button', { name: 'Join again' }).click();
  await stateIs('connected');
});

test('text from the wire is text', { timeout }, async () => {
  await join();
  await page.keyboard.press('c');
  const text = '<img src=x onerror="window.hacked=1">';
  site.room.tell({
    type: 'chat',
    from: 'p1',
    name: '<b>Eve</b>',
    text,
    at: new Date().toISOString(),
  });
  await page.locator('.bubble', { hasText: 'onerror' }).waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('.panel img, .panel b').count(), 0);
});

test('joins without devices', { timeout }, async () => {
  await join('&audio=0&video=0');
  await framesGrow();
  const { participant } = await page.evaluate(() => ({
    participant: window.tributary.room.participant,
  }));
  assert.ok(participant.audioMuted && participant.videoMuted);
});

test('blocked sound asks for a click', { timeout }, async () => {
  // Chromium's own policy takes what Playwright evaluates for a user's doing: play it strictly here.
  await page.addInitScript(() => {
    let clicked = false;
    addEventListener(
      'pointerdown',
      () => {
        clicked = true;
      },
      true,
    );
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      const allowed = this.muted || clicked;
      return allowed ? play.call(this) : Promise.reject(new DOMException('', 'NotAllowedError'));
    };
  });
  await join();
  const listen = page.getByRole('button', { name: 'Click to listen' });
  await listen.click();
  await listen.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.querySelector('.canvas video').muted), false);
});

test('the example page joins', { timeout }, async () => {
  await page.goto(`${site.url}/sdk/example.html`);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('connected', { exact: true }).waitFor({ timeout });
});
