import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, clock, isOver, parseChapters, partAt, size } from '../../app/lib/films.js';

/** @param {string} filename */
const part = (filename, more = {}) => ({ filename, duration: 60, size: 1, ...more });

test('a time is in the part that has it, if that can be played', () => {
  const files = [part('a'), part('b', { start: 60 }), part('c', { start: 120, finished: false })];
  assert.equal(partAt(files, 0)?.filename, 'a');
  assert.equal(partAt(files, 60)?.filename, 'b');
  assert.equal(partAt(files, 119)?.filename, 'b');
  assert.equal(partAt(files, 130), undefined, 'still being written');
  const gone = [part('a', { removed: true }), part('b', { start: 60 })];
  assert.equal(partAt(gone, 30), undefined, 'in the storage alone');
  assert.equal(partAt(gone, 70)?.filename, 'b');
  assert.equal(partAt([part('a', { start: 5 })], 1)?.filename, 'a', 'before the first');
  assert.equal(partAt([], 1), undefined);
});

test('chapters of WebVTT, their titles as text', () => {
  const text =
    'WEBVTT\n\n00:00:00.000 --> 00:01:05.500\nStart\n\n01:01:05.500 --> 02:00:00.000\nA &amp; &lt;b&gt;\n';
  assert.deepEqual(parseChapters(text), [
    { at: 0, title: 'Start' },
    { at: 3665.5, title: 'A & <b>' },
  ]);
  assert.deepEqual(parseChapters('<html>not found</html>'), []);
});

test('addresses, lengths and sizes', () => {
  const film = /** @type {any} */ ({ recordingId: 'r/1', status: 'ending' });
  assert.equal(addressOf(film, 'a b.webm'), '/v1/recordings/r%2F1/files/a%20b.webm');
  assert.equal(isOver(film), false);
  assert.equal(isOver({ ...film, status: 'aborted' }), true);
  assert.equal(clock(3725), '1:02:05');
  assert.equal(size(1_500_000), '1.5 MB');
});
