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

/** Devices that open when the test says so, one by one. */
function slowMedia() {
  /** @type {{ kind: string, track: FakeTrack, allow: () => void }[]} */
  const prompts = [];
  const it = new LocalMedia({
    open: kind =>
      new Promise(resolve => {
        const track = /** @type {any} */ (new FakeTrack());
        prompts.push({ kind, track, allow: () => resolve(track) });
      }),
  });
  return { it, prompts };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

test("a microphone is muted and unmuted while the browser asks for the camera's", async () => {
  const { it, prompts } = slowMedia();
  const choosing = it.choose('audio', true);
  await turn();
  prompts[0].allow();
  await choosing;
  void it.choose('video', true);
  await turn();
  it.setMuted('audio', true);
  assert.ok(it.audioMuted, 'at once');
  await it.setMuted('audio', false);
  assert.equal(it.audioMuted, false);
});

test('what was muted while it was opened stays muted', async () => {
  for (const kind of /** @type {const} */ (['audio', 'video'])) {
    const { it, prompts } = slowMedia();
    const unmuting = it.setMuted(kind, false);
    await turn();
    it.setMuted(kind, true);
    prompts[0].allow();
    await unmuting;
    assert.equal(it.outgoing(kind), null, kind);
    assert.equal(prompts[0].track.stopped, kind === 'video', 'a camera goes dark');
  }
});

test('what is muted while another device is asked for stays muted when its turn comes', async () => {
  const { it, prompts } = slowMedia();
  const sound = it.choose('audio', true);
  const picture = it.choose('video', true, sound);
  await turn();
  it.setMuted('video', true);
  prompts[0].allow();
  await Promise.all([sound, picture]);
  assert.equal(it.outgoing('video'), null);
  assert.equal(prompts.length, 1, 'nobody is asked for a camera that is off');
});

test('what was muted before its turn to be opened stays muted, until unmuted', async () => {
  const { it, prompts } = slowMedia();
  const first = it.choose('audio', 'a');
  const second = it.choose('audio', 'b');
  it.setMuted('audio', true);
  const third = it.setMuted('audio', false);
  await turn();
  prompts[0].allow();
  await first;
  assert.ok(it.audioMuted);
  await turn();
  prompts[1].allow();
  await second;
  await third;
  assert.equal(it.outgoing('audio'), /** @type {any} */ (prompts[1].track));
});

test('nothing is opened after close that was asked for before, and a new call does not wait', async () => {
  const { it, prompts } = slowMedia();
  void it.choose('video', 'a');
  const second = it.choose('video', 'b');
  await turn();
  it.close();
  void it.choose('video', 'c');
  await turn();
  assert.equal(prompts.length, 2, 'the prompt of before keeps nobody waiting');
  prompts[0].allow();
  await second;
  assert.ok(prompts[0].track.stopped);
  assert.equal(prompts.length, 2);
});

test('closing tells that what was on is off', async () => {
  const { it } = media();
  await it.choose('audio', true);
  /** @type {string[]} */
  const told = [];
  it.on('changed', ({ kind }) => told.push(kind));
  it.close();
  assert.deepEqual(told, ['audio']);
  assert.ok(it.audioMuted);
});
