/** What the page does for people when rooms, devices and pages change, against the mock server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, timeout } from './support.mjs';

const scene = new Scene();

const mutes = () =>
  scene.page.evaluate(() => {
    const { audioMuted, videoMuted } = window.tributary.room.media;
    return { audioMuted, videoMuted };
  });

test('a room is the one that was asked for, and one that cannot be is refused', {
  timeout,
}, async () => {
  const { page, site } = scene;
  await page.goto(`${site.url}/r/Team.A?name=Ada&autojoin=1`);
  await scene.stateIs('connected');
  assert.equal(site.room.log.find(({ type }) => type === 'join').room, 'Team.A');
  assert.equal(await page.evaluate(() => location.pathname), '/r/Team.A');

  await page.goto(site.url);
  const before = scene.count('join');
  const typed = page.locator('#room[autocapitalize="none"][autocorrect="off"][spellcheck="false"]');
  assert.equal(await typed.count(), 1, 'no keyboard makes another name of it');
  await page.getByLabel('Room').fill('Встреча');
  await page.getByRole('button', { name: 'Join the call' }).click();
  await page.getByRole('alert').filter({ hasText: 'letters from A to Z' }).waitFor();
  assert.equal(await page.evaluate(() => location.pathname), '/', 'no address without a page');
  assert.equal(scene.count('join'), before);
  await page.getByLabel('Room').fill(`${site.url}/r/Standup?from=${'x'.repeat(80)}`);
  await page.getByRole('button', { name: 'Join the call' }).click();
  await scene.stateIs('connected');
  assert.equal(await page.evaluate(() => location.pathname), '/r/Standup');
});

test('what was off stays off in the next call', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
  await page.keyboard.press('m');
  await page.waitForFunction(() => window.tributary.room.media.audioMuted);
  site.room.tell({ type: 'leave', reason: 'roomClosed', action: 'disconnect' });
  await page.getByRole('heading', { name: 'The call has ended' }).waitFor();
  await page.getByRole('button', { name: 'Join again' }).click();
  await scene.stateIs('connected');
  assert.deepEqual(await mutes(), { audioMuted: true, videoMuted: false });
  await page.keyboard.press('m');
  await page.waitForFunction(() => !window.tributary.room.media.audioMuted);
});

test('one is told who muted one, and when a microphone is gone', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
  await page.waitForFunction(() => window.tributary.room.participant);
  while (scene.count('update') === 0) await page.waitForTimeout(20);
  const me = await page.evaluate(() => window.tributary.room.participant);
  site.room.tell({ type: 'participantUpdated', participant: { ...me, audioMuted: true } });
  const muted = page.locator('.toast', { hasText: 'A moderator has turned your microphone off' });
  await muted.waitFor();
  await page.keyboard.press('m');
  await muted.waitFor({ state: 'detached' });
  await page.evaluate(() => window.tributary.app.devices.media.audioTrack.onended());
  const lost = page.locator('.toast', { hasText: 'Your microphone was disconnected' });
  await lost.waitFor();
  await page.keyboard.press('m');
  await lost.waitFor({ state: 'detached' });
  assert.equal((await mutes()).audioMuted, false);
});

/** The directions of what the client has offered, one text for each offer. */
const offered = () =>
  scene.site.room.log
    .filter(({ type }) => type === 'offer')
    .map(({ sdp }) => sdp.match(/^a=(sendrecv|recvonly|sendonly)/gm).join());

/** That many offers have been made, and the last has connected. */
async function offeredTimes(count) {
  while (offered().length < count) await scene.page.waitForTimeout(20);
  await scene.page.waitForFunction(
    () => window.tributary.room.connection?.connectionState === 'connected',
  );
}

test('who becomes a viewer sends nothing and has no device open, until they may speak', {
  timeout,
}, async () => {
  const { page, site } = scene;
  await scene.join();
  await page.locator('.self-view').waitFor();
  await page.evaluate(() => {
    const { audioTrack, videoTrack } = window.tributary.room.media;
    window.before = [audioTrack, videoTrack];
  });
  await scene.watchStates();
  site.room.setRole('viewer');
  await page.locator('.toast', { hasText: 'You are a viewer' }).waitFor();
  await page.locator('.self-view').waitFor({ state: 'detached' });
  const ended = await page.evaluate(() => window.before.map(({ readyState }) => readyState));
  assert.deepEqual(ended, ['ended', 'ended']);
  await offeredTimes(2);
  assert.deepEqual(await mutes(), { audioMuted: true, videoMuted: true });
  site.room.setRole('participant');
  await offeredTimes(3);
  await page.getByRole('button', { name: 'Turn the microphone on' }).click();
  await page.getByRole('button', { name: 'Turn the microphone off' }).waitFor();
  await page.waitForFunction(
    () => window.tributary.room.connection.getSenders()[0].track?.readyState === 'live',
  );
  assert.deepEqual(offered(), [
    'a=sendrecv,a=sendrecv,a=sendonly',
    'a=recvonly,a=recvonly',
    'a=sendrecv,a=sendrecv,a=sendonly',
  ]);
  assert.deepEqual(await page.evaluate(() => window.states), [], 'nothing has broken');
});

test('a moderator lets a viewer speak, or removes them', { timeout }, async () => {
  const { page, site } = scene;
  site.room.people[0].role = 'viewer';
  await scene.join();
  await page.keyboard.press('p');
  const options = page.getByRole('button', { name: 'Options for Ada Lovelace' });
  await options.click();
  const items = page.locator('.popover .menu-item');
  assert.deepEqual(
    (await items.allTextContents()).map(text => text.trim()),
    ['Let them be seen and heard', 'Remove from the call'],
  );
  await items.first().click();
  await page.waitForFunction(
    () => window.tributary.room.participants.get('p0').role === 'participant',
  );
  await options.click();
  await page.getByRole('button', { name: 'Make a viewer' }).click();
  await page.waitForFunction(() => window.tributary.room.participants.get('p0').role === 'viewer');
  await options.click();
  await page.getByRole('button', { name: 'Remove from the call' }).click();
  await options.waitFor({ state: 'detached' });
});

test('a device whose prompt is answered after the call is let go', { timeout }, async () => {
  const { page } = scene;
  await page.addInitScript(() => {
    const { getUserMedia } = MediaDevices.prototype;
    const answered = new Promise(resolve => {
      window.answer = resolve;
    });
    MediaDevices.prototype.getUserMedia = async function (constraints) {
      window.asked = (window.asked ?? 0) + 1;
      await answered;
      window.stream = await getUserMedia.call(this, constraints);
      return window.stream;
    };
  });
  await scene.join('&audio=0&video=0');
  await page.getByRole('button', { name: 'Turn the microphone on' }).click();
  await page.waitForFunction(() => window.asked === 1);
  await page.getByRole('button', { name: 'Leave the call' }).click();
  await page.getByRole('heading', { name: 'You left the call' }).waitFor();
  await page.evaluate(() => window.answer());
  await page.waitForFunction(() => window.stream?.getTracks()[0].readyState === 'ended');
  assert.equal(await page.evaluate(() => window.asked), 1);
  assert.deepEqual(await mutes(), { audioMuted: true, videoMuted: true });
});

test('a refused device can be asked for again', { timeout }, async () => {
  const { page, site } = scene;
  await page.addInitScript(() => {
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = function (constraints) {
      if (window.allowed) return getUserMedia.call(this, constraints);
      return Promise.reject(new DOMException('', 'NotAllowedError'));
    };
  });
  await page.goto(site.url);
  const again = page.getByRole('button', { name: 'Try again: microphone' });
  await again.waitFor();
  await page.evaluate(() => {
    window.allowed = true;
  });
  await again.click();
  await again.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Turn the microphone off' }).waitFor();
  await page.getByRole('button', { name: 'Try again: camera' }).waitFor();
});

test('a draft outlives its panel', { timeout }, async () => {
  const { page } = scene;
  await scene.join();
  await page.keyboard.press('c');
  const input = page.getByLabel('Message to everybody');
  await input.fill('half a thou');
  await page.getByRole('button', { name: 'Close chat' }).click();
  await input.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Chat/ }).click();
  assert.equal(await input.inputValue(), 'half a thou');
});

test('a long chat goes on following its end', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
  await page.keyboard.press('c');
  const at = new Date().toISOString();
  const say = text => site.room.tell({ type: 'chat', from: 'p1', name: 'Grace', text, at });
  const isInSight = text =>
    page.waitForFunction(wanted => {
      const list = document.querySelector('.messages');
      const shown = [...list.querySelectorAll('.bubble')].find(one => one.textContent === wanted);
      const { bottom } = list.getBoundingClientRect();
      return shown && shown.getBoundingClientRect().top < bottom;
    }, text);
  for (let number = 1; number <= 505; number += 1) say(`message ${number}`);
  await isInSight('message 505');
  say('the last');
  await isInSight('the last');
});

test('each page begins at its heading', { timeout }, async () => {
  const { page, site } = scene;
  const focused = text =>
    page.waitForFunction(
      wanted =>
        document.activeElement?.tagName === 'H1' && document.activeElement.textContent === wanted,
      text,
    );
  await page.goto(`${site.url}/r/demo`);
  await page.getByRole('button', { name: 'Join the call' }).click();
  await focused('demo');
  await page.getByRole('button', { name: 'Leave the call' }).click();
  await focused('You left the call');
});

test('the menu fits a phone that lies down', { timeout }, async () => {
  const { page } = scene;
  await page.setViewportSize({ width: 740, height: 340 });
  await scene.join();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  const { top } = await page.locator('.popover').evaluate(menu => menu.getBoundingClientRect());
  assert.ok(top >= 0, `its top is at ${top}`);
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
});
