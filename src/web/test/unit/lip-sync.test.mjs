import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, holdFor, LipSync } from '../../sdk/lip-sync.js';

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
  assert.equal(holdFor(0, 45, 40, 'audio'), 55);
});

/** What the browser says, second by second: when which sample was taken that it plays now. */
function play() {
  const receivers = { audio: { jitterBufferTarget: 0 }, video: { jitterBufferTarget: 0 } };
  const lipSync = new LipSync(receivers);
  const counters = { audio: { delay: 0, count: 0 }, video: { delay: 0, count: 0 } };
  let now = 0;
  /** @param {Record<'audio' | 'video', number>} network  ms that each needs beside its jitter buffer */
  const second = network => {
    now += 1000;
    const stat = (/** @type {'audio' | 'video'} */ kind) => {
      const counter = counters[kind];
      counter.count += 30;
      counter.delay += (30 * receivers[kind].jitterBufferTarget) / 1000;
      return {
        estimatedPlayoutTimestamp: 1e6 + now - network[kind] - receivers[kind].jitterBufferTarget,
        jitterBufferDelay: counter.delay,
        jitterBufferEmittedCount: counter.count,
      };
    };
    lipSync.update({ audio: stat('audio'), video: stat('video') });
    return receivers;
  };
  return second;
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
  assert.equal(receivers?.audio.jitterBufferTarget, 130);
});

test('a browser that does not tell is left alone', () => {
  const receivers = { audio: { jitterBufferTarget: 0 }, video: { jitterBufferTarget: 0 } };
  const lipSync = new LipSync(receivers);
  lipSync.update({ audio: {}, video: { estimatedPlayoutTimestamp: 5 } });
  lipSync.update({ audio: undefined, video: undefined });
  assert.deepEqual(receivers, {
    audio: { jitterBufferTarget: 0 },
    video: { jitterBufferTarget: 0 },
  });
});
