import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScreenShare } from '../../sdk/screen-share.js';

const LIMITS = {
  sharers: 1,
  replace: false,
  maxWidth: 1920,
  maxHeight: 1080,
  maxFramerate: 15,
  maxBitrate: 1e6,
};

function fakeTrack() {
  return /** @type {any} */ (
    Object.assign(new EventTarget(), {
      contentHint: '',
      readyState: 'live',
      /** @this {any} */
      stop() {
        this.readyState = 'ended';
      },
    })
  );
}

/** @param {(shared: boolean) => Promise<void>} [claim] */
function share(claim = async () => {}) {
  /** @type {any[]} */
  const log = [];
  const screen = new ScreenShare({
    claim: shared => {
      log.push(['claim', shared]);
      return claim(shared);
    },
    send: async track => {
      log.push(['send', Boolean(track)]);
    },
    onChanged: (track, reason) => log.push([reason, Boolean(track)]),
  });
  return { screen, log };
}

test('asks the server before it sends, and tells when it ends', async () => {
  const { screen, log } = share();
  const track = fakeTrack();
  await screen.start(LIMITS, track);
  assert.equal(track.contentHint, 'detail');
  await screen.stop('stopped');
  assert.deepEqual(log, [
    ['claim', true],
    ['started', true],
    ['send', true],
    ['stopped', false],
    ['send', false],
    ['claim', false],
  ]);
  assert.equal(track.readyState, 'live', 'a track given is its giver’s to stop');
});

test('a refusal leaves nothing behind', async () => {
  const { screen, log } = share(async () => {
    throw new Error('Ada is sharing');
  });
  await assert.rejects(screen.start(LIMITS, fakeTrack()), /Ada/);
  assert.equal(screen.track, null);
  assert.deepEqual(log, [['claim', true]]);
});

test('the browser’s own button ends the share', async () => {
  const { screen, log } = share();
  const track = fakeTrack();
  await screen.start(LIMITS, track);
  track.dispatchEvent(new Event('ended'));
  await new Promise(resolve => setTimeout(resolve));
  assert.equal(screen.track, null);
  assert.deepEqual(log.slice(3), [
    ['ended', false],
    ['send', false],
    ['claim', false],
  ]);
});

test('what the server ended is not ended once more, and comes back on request alone', async () => {
  let refuses = false;
  const { screen, log } = share(async () => {
    if (refuses) throw new Error('somebody else shares now');
  });
  await screen.start(LIMITS, fakeTrack());
  screen.reclaim();
  await new Promise(resolve => setTimeout(resolve));
  assert.ok(screen.track);
  refuses = true;
  screen.reclaim();
  await new Promise(resolve => setTimeout(resolve));
  assert.equal(screen.track, null);
  assert.deepEqual(log.slice(-2), [
    ['refused', false],
    ['send', false],
  ]);
});
