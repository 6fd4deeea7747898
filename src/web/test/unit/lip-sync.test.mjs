import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, holdFor, LipSync, leadOf } from '../../sdk/lip-sync.js';

test('the picture gets a stream of its own, the sound keeps its', () => {
  const sdp = [
    'a=msid-semantic: WMS *',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'a=ssrc:1 msid:mix one',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    'a=ssrc:2 msid:mix two',
    'a=msid:mix two',
    '',
  ].join('\r\n');
  const expected = sdp.replaceAll('msid:mix two', 'msid:mix-picture two');
  assert.equal(apart(sdp), expected);
});

test('what leads is held back for no more than it must be', () => {
  assert.equal(holdFor(0, 60, 30, 'video'), 0);
  assert.equal(holdFor(0, 150, 30, 'video'), 90, '30 of its own, and the 60 that are too many');
  assert.equal(holdFor(90, 90, 90, 'video'), 90, 'stays when it is just right');
  assert.equal(holdFor(90, 40, 90, 'video'), 60, 'let go by as much as it has left to lead');
  assert.equal(holdFor(20, -300, 90, 'video'), 0);
  assert.equal(holdFor(0, 45, 40, 'audio'), 85, 'sound is never to be early');
  assert.equal(holdFor(60, -10, 60, 'audio'), 60);
});

test('who leads is read from the time stamps of what is played, over a turn of their counters too', () => {
  const at = (/** @type {number} */ ms, /** @type {number} */ lead) =>
    leadOf(
      { timestamp: 700, rtpTimestamp: (ms * 48) % 2 ** 32 },
      { timestamp: 710, rtpTimestamp: ((ms + 10 + lead) * 90) % 2 ** 32 },
    );
  const hours = 3_600_000;
  for (const ms of [5_000, 13 * hours, 2 ** 32 / 90 - 5, 2 ** 32 / 48 - 5, 50 * hours])
    for (const lead of [-300, 0, 40])
      assert.ok(Math.abs(at(ms, lead) - lead) < 0.1, `${lead} at ${ms}`);
});

/** A browser that plays, second by second, and tells which time stamp it plays now. */
function play() {
  const network = { audio: 0, video: 0 };
  const receivers = { audio: receiver('audio', 48), video: receiver('video', 90) };
  const lipSync = new LipSync(receivers);
  const counters = { audio: { delay: 0, count: 0 }, video: { delay: 0, count: 0 } };
  let now = 1e6;

  /** @param {'audio' | 'video'} kind  @param {number} ticks  a ms */
  function receiver(kind, ticks) {
    const made = {
      jitterBufferTarget: 0,
      getSynchronizationSources: () => {
        const taken = now - network[kind] - made.jitterBufferTarget;
        return [{ timestamp: now, rtpTimestamp: (taken * ticks) % 2 ** 32 }];
      },
    };
    return made;
  }

  /** @param {Record<'audio' | 'video', number>} needed  ms that each needs beside its jitter buffer */
  return needed => {
    now += 1000;
    Object.assign(network, needed);
    const stat = (/** @type {'audio' | 'video'} */ kind) => {
      const counter = counters[kind];
      counter.count += 30;
      counter.delay += (30 * receivers[kind].jitterBufferTarget) / 1000;
      return { jitterBufferDelay: counter.delay, jitterBufferEmittedCount: counter.count };
    };
    lipSync.update({ audio: stat('audio'), video: stat('video') });
    return receivers;
  };
}

test('late sound holds the picture back until it is in time again', () => {
  const second = play();
  let receivers;
  for (let i = 0; i < 10; i += 1) receivers = second({ audio: 300, video: 40 });
  assert.equal(receivers?.video.jitterBufferTarget, 170);
  assert.equal(receivers?.audio.jitterBufferTarget, 0);
  for (let i = 0; i < 10; i += 1) receivers = second({ audio: 60, video: 40 });
  assert.equal(receivers?.video.jitterBufferTarget, 0);
});

test('a slow picture holds the sound back', () => {
  const second = play();
  let receivers;
  for (let i = 0; i < 10; i += 1) receivers = second({ audio: 40, video: 200 });
  assert.equal(receivers?.audio.jitterBufferTarget, 160);
});

test('nothing is held back while one of the two has not been played yet', () => {
  const played = [{ timestamp: 10, rtpTimestamp: 90_000 }];
  const receivers = {
    audio: { jitterBufferTarget: 0, getSynchronizationSources: () => [] },
    video: { jitterBufferTarget: 0, getSynchronizationSources: () => played },
  };
  const lipSync = new LipSync(receivers);
  lipSync.update({ audio: {}, video: {} });
  lipSync.update({ audio: undefined, video: undefined });
  assert.equal(receivers.audio.jitterBufferTarget, 0);
  assert.equal(receivers.video.jitterBufferTarget, 0);
});
