import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarise } from '../../sdk/stats.js';

/** @param {number} bytes */
const report = bytes => [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P2' },
  {
    id: 'P1',
    type: 'candidate-pair',
    nominated: true,
    state: 'succeeded',
    currentRoundTripTime: 9,
  },
  {
    id: 'P2',
    type: 'candidate-pair',
    nominated: true,
    state: 'succeeded',
    currentRoundTripTime: 0.02,
  },
  { id: 'C', type: 'codec', mimeType: 'video/VP8' },
  {
    id: 'V',
    type: 'inbound-rtp',
    kind: 'video',
    codecId: 'C',
    bytesReceived: bytes,
    framesDecoded: 50,
    freezeCount: 1,
    packetsLost: 2,
    jitter: 0.003,
  },
];

test('picks what matters', () => {
  const stats = summarise(report(1000), null, 0);
  assert.equal(stats.rtt, 0.02);
  assert.equal(stats.inbound.video?.codec, 'VP8');
  assert.equal(stats.inbound.video?.framesDecoded, 50);
  assert.equal(stats.inbound.video?.bitrate, 0);
  assert.equal(stats.inbound.audio, null);
});

test('rates are since the summary before; a counter that fell starts anew', () => {
  const first = summarise(report(1000), null, 0);
  const second = summarise(report(3000), first, 2000);
  assert.equal(second.inbound.video?.bitrate, 8000);
  assert.equal(summarise(report(10), second, 4000).inbound.video?.bitrate, 0);
});
