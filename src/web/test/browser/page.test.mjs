/** The page in a real Chromium against the mock server, with real media: `npm run test:browser`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, timeout } from './support.mjs';

const scene = new Scene();

async function framesGrow() {
  const { page } = scene;
  await page.waitForFunction(async () => {
    const frames = (await window.tributary.room.stats())?.inbound.video?.framesDecoded;
    window.firstFrames ??= frames;
    return frames > window.firstFrames || frames < window.firstFrames;
  });
  await page.evaluate(() => delete window.firstFrames);
}

test('joins, shows the mix, and obeys requestVideo', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join('&codec=VP8');
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
  const { page } = scene;
  await scene.join();
  await page.keyboard.press('m');
  await page.keyboard.press('v');
  await page.waitForFunction(() => {
    const { participant } = window.tributary.room;
    return participant.audioMuted && participant.videoMuted;
  });
  const sends = wanted =>
    page.waitForFunction(
      list =>
        window.tributary.room.connection
          .getSenders()
          .map(({ track }) => Boolean(track))
          .join() === list,
      wanted.join(),
    );
  // The third is the screen's.
  await sends([false, false, false]);
  await page.keyboard.press('m');
  await page.waitForFunction(() => !window.tributary.room.participant.audioMuted);
  await sends([true, false, false]);
  assert.equal(scene.count('offer'), 1);
});

test('a moderator mutes me', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
  // While an update of its own is under way the client takes the server's word for older than its own.
  while (scene.count('update') === 0) await page.waitForTimeout(20);
  const me = await page.evaluate(() => window.tributary.room.participant);
  site.room.tell({ type: 'participantUpdated', participant: { ...me, audioMuted: true } });
  await page.waitForFunction(() => window.tributary.room.media.audioMuted);
});

test('a broken WebSocket: resumes, and keeps the media', { timeout }, async () => {
  const { site } = scene;
  await scene.join();
  await scene.watchStates();
  site.room.breakSocket();
  await scene.cameBack();
  assert.equal(scene.count('join'), 2);
  assert.equal(site.room.log.filter(({ type }) => type === 'join')[1].resumeToken, 't1');
  assert.equal(scene.count('offer'), 1);
  await framesGrow();
});

test('leave/reconnect: joins on the same socket, and offers anew', { timeout }, async () => {
  const { site } = scene;
  await scene.join();
  await scene.watchStates();
  site.room.hangUp();
  site.room.tell({ type: 'leave', reason: 'roomRestarted', action: 'reconnect', retryAfter: 0.2 });
  await scene.cameBack();
  assert.equal(scene.count('join'), 2);
  assert.equal(scene.count('offer'), 2);
  await framesGrow();
});

test('leave/resume: a new socket, the same media', { timeout }, async () => {
  const { site } = scene;
  await scene.join();
  await scene.watchStates();
  site.room.tell({ type: 'leave', reason: 'serverRestart', action: 'resume' });
  await scene.cameBack();
  assert.equal(scene.count('join'), 2);
  assert.equal(scene.count('offer'), 1);
});

test('media that dies silently is offered anew', { timeout }, async () => {
  const { site } = scene;
  await scene.join();
  await scene.watchStates();
  site.room.hangUp();
  await scene.cameBack();
  assert.equal(scene.count('join'), 1);
  assert.equal(scene.count('offer'), 2);
  await framesGrow();
});

test('an announced recording stays in sight until one knows', { timeout }, async () => {
  const { page } = scene;
  await scene.join();
  const banner = page.locator('.banner[data-tone="recording"]');
  const record = () => page.evaluate(() => window.tributary.room.startRecording());
  await record();
  await banner.waitFor();
  assert.match(await banner.textContent(), /This call is being recorded/);
  await banner.getByRole('button', { name: 'Got it' }).click();
  await banner.waitFor({ state: 'detached' });
  assert.equal(
    (await page.locator('.recording').textContent()).trim(),
    'Recording',
    'the mark stays',
  );
  await page.evaluate(() => window.tributary.room.stopRecording());
  await page.locator('.recording').waitFor({ state: 'detached' });
});

test('a recording that began before one came, or while one was away, is read out', {
  timeout,
}, async () => {
  const { page, site } = scene;
  await scene.join();
  const said = page.locator('[aria-live]').filter({ hasText: 'The call is being recorded' });
  await scene.watchStates();
  site.room.hangUp();
  site.room.tell({ type: 'leave', reason: 'roomFailed', action: 'reconnect', retryAfter: 1 });
  await scene.stateIs('reconnecting');
  const recording = { recordingId: 'r1', status: 'active', announce: true };
  site.room.record(recording);
  await scene.cameBack();
  await said.waitFor({ state: 'attached' });
  site.room.record({ ...recording, announce: false });
  await page.reload();
  await said.waitFor({ state: 'attached' });
});

test('leave/disconnect ends the call, and one can join again', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
  site.room.tell({ type: 'leave', reason: 'removed', action: 'disconnect' });
  await page.getByRole('heading', { name: 'You were removed from the call' }).waitFor();
  await page.getByRole('button', { name: 'Join again' }).click();
  await scene.stateIs('connected');
});

test('a warning about the camera goes to the console, not to the user', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
  const text = 'this client sends too much';
  const said = page.waitForEvent('console', message => message.text() === text);
  site.room.tell({ type: 'warning', code: 'videoRequestIgnored', message: text });
  assert.equal((await said).type(), 'warning');
  assert.equal(await page.getByText(text).count(), 0);
});

test('text from the wire is text', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
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
  const { page } = scene;
  await scene.join('&audio=0&video=0');
  await framesGrow();
  const { participant } = await page.evaluate(() => ({
    participant: window.tributary.room.participant,
  }));
  assert.ok(participant.audioMuted && participant.videoMuted);
});

test('blocked sound asks for a click', { timeout }, async () => {
  const { page } = scene;
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
  await scene.join();
  const listen = page.getByRole('button', { name: 'Click to listen' });
  await listen.click();
  await listen.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.querySelector('.canvas video').muted), false);
});

test('the example page joins', { timeout }, async () => {
  const { page, site } = scene;
  await page.goto(`${site.url}/sdk/example.html`);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('connected', { exact: true }).waitFor();
});
