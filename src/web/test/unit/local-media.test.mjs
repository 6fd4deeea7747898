import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalMedia } from '../../sdk/local-media.js';

class FakeTrack {
  stopped = false;
  /** @type {(() => void) | null} */
  onended = null;

  stop() {
    this.stopped = true;
  }
}

/** @param {() => any} [make] */
function media(make = () => new FakeTrack()) {
  /** @type {[string, unknown][]} */
  const opened = [];
  const it = new LocalMedia({
    open: async (kind, choice) => {
      opened.push([kind, choice]);
      return make();
    },
  });
  return { it, opened };
}

test('a muted microphone stays open, a muted camera is switched off', async () => {
  const { it, opened } = media();
  await it.choose('audio', true);
  await it.choose('video', 'cam1');
  const camera = /** @type {any} */ (it.videoTrack);
  await it.setMuted('audio', true);
  await it.setMuted('video', true);
  assert.ok(it.audioTrack);
  assert.equal(it.outgoing('audio'), null);
  assert.equal(it.videoTrack, null);
  assert.ok(camera.stopped);
  await it.setMuted('video', false);
  assert.deepEqual(opened[opened.length - 1], ['video', 'cam1']);
  assert.equal(it.videoMuted, false);
});

test('without a device a kind is muted; unmuting opens the default one', async () => {
  const { it, opened } = media();
  await it.choose('audio', false);
  assert.ok(it.audioMuted);
  await it.setMuted('audio', false);
  assert.deepEqual(opened, [['audio', true]]);
  assert.equal(it.audioMuted, false);
});

test('a device that does not open rejects and leaves the kind muted', async () => {
  const { it } = media(() => {
    throw new DOMException('no', 'NotAllowedError');
  });
  await assert.rejects(it.choose('video', true), { name: 'NotAllowedError' });
  assert.ok(it.videoMuted);
});

test('an unplugged device is told as lost', async () => {
  const { it } = media();
  await it.choose('audio', true);
  const lost = new Promise(resolve => it.on('lost', resolve));
  /** @type {any} */ (it.audioTrack).onended();
  assert.deepEqual(await lost, { kind: 'audio' });
  assert.ok(it.audioMuted);
});

test('an adopted track is never stopped', async () => {
  const { it } = media();
  const track = /** @type {any} */ (new FakeTrack());
  it.adopt('video', track);
  await it.setMuted('video', true);
  assert.equal(it.outgoing('video'), null);
  it.close();
  assert.equal(track.stopped, false);
});

test('a device that opens after close is let go', async () => {
  const track = new FakeTrack();
  const { it } = media(() => track);
  const choosing = it.choose('video', true);
  await Promise.resolve();
  it.close();
  await choosing;
  assert.equal(it.videoTrack, null);
  assert.ok(track.stopped);
});
