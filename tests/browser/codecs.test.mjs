/** People of different codecs share a room; what is encoded, is encoded once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { until } from './support/until.mjs';

const SMALL = {
  canvas: { width: 640, height: 360, framerate: 15 },
  renditions: [{ name: '360p', height: 360, bitrate: 300_000 }],
};

async function encodersBecome(server, wanted) {
  const text = JSON.stringify(wanted);
  let last;
  await until(`encoders to be ${text}`, async () => {
    last = (await server.metrics()).encoders();
    return JSON.stringify(last) === text;
  }, { explain: () => last });
}

async function codecIs(person, codec) {
  await person.until(`${codec} both ways`, async wanted => {
    const stats = await window.tributary.room.stats();
    const { inbound, outbound } = stats ?? {};
    return inbound?.video?.codec.endsWith(wanted) && outbound?.video?.codec.endsWith(wanted);
  }, codec);
}

test('a VP8-only and an H.264-only page see and hear each other', { timeout: 180_000 }, async t => {
  const { server, chromium } = await setUp(t);
  const [ada, ben] = await gather(await chromium(), 2);
  await ada.join(server, 'demo', { codec: 'VP8' });
  await ben.join(server, 'demo', { codec: 'H264' });
  await Promise.all([ada.sees([ada, ben]), ben.sees([ada, ben])]);
  await codecIs(ada, 'VP8');
  await codecIs(ben, 'H264');
  await until('both to hear each other', async () => {
    const [fromBen] = await ada.evaluate(list => window.probe.hear(list), [ben.who.tone]);
    const [fromAda] = await ben.evaluate(list => window.probe.hear(list), [ada.who.tone]);
    return fromBen > -55 && fromAda > -55;
  });
  await encodersBecome(server, { 'H264 720p': 1, 'VP8 720p': 1 });
  await ben.leave();
  await encodersBecome(server, { 'VP8 720p': 1 });
});

test('two or eight viewers of a rendition cost one encoder; none, none', { timeout: 300_000 }, async t => {
  const { server, chromium } = await setUp(t, { profile: SMALL });
  const people = await gather(await chromium(), 8);
  const join = (person, codec) => person.join(server, 'demo', { codec, query: '&video=0&audio=0' });
  for (const person of people.slice(0, 2)) await join(person, 'VP8');
  await encodersBecome(server, { 'VP8 360p': 1 });
  for (const person of people.slice(2, 7)) await join(person, 'VP8');
  await join(people[7], 'H264');
  await encodersBecome(server, { 'H264 360p': 1, 'VP8 360p': 1 });
  const metrics = await server.metrics();
  assert.equal(metrics.sum('tributary_rendition_viewers', { codec: 'VP8' }), 7);
  report(t, `7 viewers of VP8 and 1 of H.264: ${JSON.stringify(metrics.encoders())}`);
  for (const person of people) await person.leave();
  await encodersBecome(server, {});
});

test('VP9 is mixed too, beside VP8', { timeout: 180_000 }, async t => {
  const { server, chromium } = await setUp(t, { profile: SMALL });
  const [ada, ben] = await gather(await chromium(), 2);
  await ada.join(server, 'demo', { codec: 'VP9' });
  await ben.join(server, 'demo', { codec: 'VP8' });
  await Promise.all([ada.sees([ada, ben]), ben.sees([ada, ben])]);
  await codecIs(ada, 'VP9');
  await encodersBecome(server, { 'VP8 360p': 1, 'VP9 360p': 1 });
});
