/** A real browser behind a bad network: fewer bits instead of frozen pictures, and back again. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { relayFor } from './support/relay.mjs';
import { pause, until } from './support/until.mjs';

const timeout = 240_000;
/** The figures hold on a quiet machine; elsewhere pictures are small and there is more patience. */
const full = Boolean(process.env.NETWORK_FULL);
const profile = full
  ? { rate: { adapt: true } }
  : {
      rate: { adapt: true },
      canvas: { width: 640, height: 360, framerate: 15 },
      renditions: [
        { name: 'high', height: 360, bitrate: 700_000 },
        { name: 'low', height: 180, framerate: 10, bitrate: 120_000 },
      ],
    };
const [HIGH, LOW, CUT] = full ? [720, 360, 500] : [360, 180, 280];

const TEXT =
  'The quick brown fox jumps over the lazy dog, while forty seven engineers argue about where the meeting room ' +
  'has gone. Somebody should have written it down, said the one who never writes anything down.';

/** What the page receives: as getStats() has it. */
const receives = person =>
  person.evaluate(async () => {
    const all = [...(await window.tributary.room.connection.getStats()).values()];
    // A screen has a line of its own, on which nothing is sent here.
    const busy = stat => stat.packetsSent ?? stat.packetsReceived ?? 0;
    const of = (type, kind) =>
      all.filter(stat => stat.type === type && stat.kind === kind).sort((a, b) => busy(b) - busy(a))[0] ?? {};
    return {
      video: of('inbound-rtp', 'video'),
      audio: of('inbound-rtp', 'audio'),
      sent: of('outbound-rtp', 'video'),
      pair: all.find(stat => stat.type === 'candidate-pair' && stat.nominated) ?? {},
    };
  });

const showsHeight = (person, height, limit) =>
  until(
    `${person.name} to receive ${height} lines`,
    async () => (await receives(person)).video.frameHeight === height,
    { timeout: limit, explain: async () => (await receives(person)).video },
  );

/** Opus repeats speech, not tones. */
const speech = () =>
  execFileSync('espeak-ng', ['-v', 'en', '-s', '165', '--stdout', TEXT], { maxBuffer: 1 << 24 }).toString('base64');

async function call(t, conditions) {
  const { server, chromium } = await setUp(t, { profile });
  const people = await gather(await chromium(), 2, { speech: speech() });
  const relay = await relayFor(people[1].page, conditions);
  t.after(() => relay.close());
  for (const person of people) await person.join(server, 'demo');
  await showsHeight(people[1], HIGH, 30_000);
  await people[1].sees(people);
  return { server, people, relay };
}

test('loss and jitter: asked for again both ways, hardly a freeze, hardly a gap', { timeout }, async t => {
  const { people, relay } = await call(t, { delay: 15 });
  await pause(2000);
  relay.conditions.loss = 0.05;
  relay.conditions.jitter = 30;
  await pause(3000); // jitter buffers find out
  await until('the server to ask again', async () => (await receives(people[1])).sent.nackCount > 0, { timeout: 60_000 });
  const before = await receives(people[1]);
  await pause(full ? 30_000 : 10_000);
  const after = await receives(people[1]);
  const more = (kind, key) => (after[kind][key] ?? 0) - (before[kind][key] ?? 0);
  const frozen = more('video', 'totalFreezesDuration') / (more('video', 'timestamp') / 1000);
  const concealed =
    (more('audio', 'concealedSamples') - more('audio', 'silentConcealedSamples')) /
    more('audio', 'totalSamplesReceived');
  const resent = more('video', 'retransmittedPacketsReceived');
  report(
    t,
    `frozen ${(frozen * 100).toFixed(2)}%, concealed ${(concealed * 100).toFixed(2)}%, ` +
      `${resent} packets resent to the page, ${more('sent', 'retransmittedPacketsSent')} by it, ` +
      `${more('sent', 'nackCount')} asked of it, ${more('video', 'pliCount')} PLI, ` +
      `FEC ${more('audio', 'fecPacketsReceived')}, ${more('audio', 'packetsLost')} lost of sound; ` +
      `sends ${more('sent', 'packetsSent')} packets, ${after.sent.frameHeight} lines; ` +
      `may send ${Math.round((after.pair.availableOutgoingBitrate ?? 0) / 1000)} kbit/s`,
  );
  assert.ok(resent > 0, 'the server resends');
  assert.ok(more('sent', 'retransmittedPacketsSent') > 0, 'the page resends');
  assert.ok(after.pair.availableOutgoingBitrate > 0, 'the page has feedback for its own rate control');
  if (full) {
    assert.ok(frozen < 0.02, `frozen ${frozen}`);
    assert.ok(concealed < 0.03, `concealed ${concealed}`);
  }
  assert.deepEqual(people.flatMap(({ problems }) => problems), []);
});

test('a link that is cut brings a smaller picture, its return the large one', { timeout }, async t => {
  const { people, relay, server } = await call(t, { delay: 10 });
  await pause(4000);
  const other = await receives(people[0]);
  await people[1].startWatch();
  let since = performance.now();
  relay.conditions.kbits = CUT;
  await showsHeight(people[1], LOW, full ? 3000 : 20_000);
  const down = performance.now() - since;
  await pause(6000);
  const seen = await people[1].stopWatch();
  assert.equal((await receives(people[1])).video.frameHeight, LOW, 'it stays there');
  await people[1].startWatch();
  since = performance.now();
  relay.conditions.kbits = 0;
  await showsHeight(people[1], HIGH, full ? 15_000 : 150_000);
  const up = performance.now() - since;
  const back = await people[1].stopWatch();
  report(
    t,
    `smaller after ${(down / 1000).toFixed(1)} s, longest gap ${Math.round(seen.largestGap.ms)} ms; ` +
      `large again after ${(up / 1000).toFixed(1)} s, longest gap ${Math.round(back.largestGap.ms)} ms`,
  );
  const untouched = await receives(people[0]);
  assert.equal(untouched.video.frameHeight, HIGH);
  assert.equal(untouched.video.packetsLost, other.video.packetsLost, 'nobody else loses anything');
  if (full) {
    assert.ok(seen.largestGap.ms < 1000, `a gap of ${seen.largestGap.ms} ms`);
    assert.ok(back.largestGap.ms < 1000, `a gap of ${back.largestGap.ms} ms`);
  }
  const moved = await server.metrics();
  assert.ok(moved.sum('tributary_downlink_moves_total', { direction: 'down' }) >= 1);
  assert.ok(moved.sum('tributary_downlink_moves_total', { direction: 'up' }) >= 1);
  assert.deepEqual(people.flatMap(({ problems }) => problems), []);
});
