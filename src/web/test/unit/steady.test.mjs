import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Steady } from '../../sdk/steady.js';

/** Second after second of a picture. */
function play() {
  const steady = new Steady();
  const stat = { freezeCount: 0, nackCount: 0 };
  steady.update({ ...stat });
  return (/** @type {{ freezeCount?: number, nackCount?: number }} */ more = {}, seconds = 1) => {
    let wait = 0;
    for (let i = 0; i < seconds; i += 1) {
      stat.freezeCount += more.freezeCount ?? 0;
      stat.nackCount += more.nackCount ?? 0;
      wait = steady.update({ ...stat });
    }
    return wait;
  };
}

const FREEZE = { freezeCount: 1, nackCount: 3 };

test('waits longer with each second that stutters, up to a limit', () => {
  const second = play();
  assert.equal(second(FREEZE), 100);
  assert.equal(second({ nackCount: 9 }), 100, 'what comes in time is no stutter');
  assert.equal(second(FREEZE), 150);
  assert.equal(second(FREEZE, 20), 250);
});

test('comes down again, step by step', () => {
  const second = play();
  second(FREEZE);
  assert.equal(second({}, 19), 100);
  assert.equal(second(), 50);
  assert.equal(second({}, 20), 0);
  assert.equal(second({}, 100), 0);
});

test('tries less often when it came down too early', () => {
  const second = play();
  second(FREEZE);
  second({}, 20);
  assert.equal(second(FREEZE), 100);
  assert.equal(second({}, 39), 100);
  assert.equal(second({}, 1), 50);
});

test('does not wait for a busy machine', () => {
  assert.equal(play()({ freezeCount: 1 }, 10), 0);
});

test('sound waits when more of it is made up than the packet that nobody hears', () => {
  const steady = new Steady();
  const second = {
    totalSamplesReceived: 0,
    concealedSamples: 0,
    silentConcealedSamples: 0,
    packetsLost: 0,
  };
  const after = (/** @type {number} */ concealed, /** @type {number} */ silent) => {
    second.totalSamplesReceived += 48_000;
    second.packetsLost += 2;
    second.concealedSamples += concealed;
    second.silentConcealedSamples += silent;
    return steady.update({ ...second });
  };
  steady.update({ ...second });
  assert.equal(after(960, 0), 0);
  assert.equal(after(2000, 1900), 0, 'silence made up is silence');
  assert.equal(after(2000, 0), 100);
});
