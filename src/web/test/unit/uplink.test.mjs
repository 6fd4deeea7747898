import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodingFor, preferCodec } from '../../sdk/uplink.js';

const camera = { width: 640, height: 360 };

test('scales down to the tile, in both directions', () => {
  const request = { source: /** @type {const} */ ('camera'), active: true };
  const wide = encodingFor({ ...request, maxWidth: 320, maxHeight: 360 }, camera);
  const high = encodingFor({ ...request, maxWidth: 640, maxHeight: 120 }, camera);
  assert.equal(wide.scaleResolutionDownBy, 2);
  assert.equal(high.scaleResolutionDownBy, 3);
});

test('never scales up; no limit means no scaling and our defaults', () => {
  const encoding = encodingFor({ source: 'camera', active: true, maxWidth: 1920 }, camera);
  assert.equal(encoding.scaleResolutionDownBy, 1);
  assert.equal(encoding.maxBitrate, 600_000);
  assert.equal(encodingFor({ source: 'camera', active: false }, {}).scaleResolutionDownBy, 1);
});

test('a preferred codec comes with its helpers, and is dropped when unknown', () => {
  const codecs = ['VP8', 'rtx', 'H264', 'red', 'ulpfec', 'AV1'].map(name => ({
    mimeType: `video/${name}`,
  }));
  const chosen = preferCodec(codecs, 'h264').map(({ mimeType }) => mimeType);
  assert.deepEqual(chosen, ['video/H264', 'video/rtx', 'video/red', 'video/ulpfec']);
  assert.deepEqual(preferCodec(codecs, 'H265'), []);
});
