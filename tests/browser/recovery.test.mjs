/** A room's process dies: its people come back by themselves, other rooms do not notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { pause, until } from './support/until.mjs';

test('kill -9 of a room: its people are back without a reload, the next room loses no frame', { timeout: 240_000 }, async t => {
  const { server, machine, chromium } = await setUp(t);
  const browser = await chromium();
  const [ada, ben, cleo] = await gather(browser, 3);
  await ada.join(server, 'unlucky');
  await ben.join(server, 'unlucky');
  await cleo.join(server, 'calm');
  await Promise.all([ada.sees([ada, ben]), ben.sees([ada, ben]), cleo.sees([cleo])]);
  const identities = await ada.evaluate(() => [...window.tributary.room.participants.keys()].sort());
  await Promise.all([ada, ben].map(person => person.evaluate(() => { window.notReloaded = true; })));
  await cleo.startWatch();
  await pause(1000);
  const framesBefore = await cleo.stats();

  const died = server.roomPid('unlucky');
  assert.notEqual(died, server.roomPid('calm'));
  process.kill(died, 'SIGKILL');
  const killed = performance.now();
  await Promise.all(
    [ada, ben].map(person =>
      until(`${person.name} to notice`, async () => {
        const tiles = await person.evaluate(() => window.tributary.room.state);
        return tiles !== 'connected';
      }, { every: 20 }),
    ),
  );
  const noticed = performance.now() - killed;
  await Promise.all(
    [ada, ben].map(async person => {
      await person.until('to be back', () => window.tributary.room.state === 'connected');
      await person.sees([ada, ben]);
      // The picture may be the last of the old mix: a fresh clock cannot be.
      await until('moving pictures', async () => {
        const tiles = await person.see();
        return tiles.length === 2 && tiles.every(({ age }) => age !== null && age < 2000);
      });
    }),
  );
  const seconds = (performance.now() - killed) / 1000;
  report(t, `noticed after ${noticed.toFixed(0)} ms, back in the mix after ${seconds.toFixed(1)} s (issue: 5)`);
  assert.ok(seconds * 1000 <= machine.allow(5000), `back after ${seconds} s`);
  assert.ok(await ada.evaluate(() => window.notReloaded), 'no reload');
  assert.deepEqual(
    await ada.evaluate(() => [...window.tributary.room.participants.keys()].sort()),
    identities,
    'the same people',
  );
  assert.notEqual(server.roomPid('unlucky'), died);
  const metrics = await server.metrics();
  assert.equal(metrics.sum('tributary_room_restarts_total'), 1);

  await pause(1000);
  const watch = await cleo.stopWatch();
  const framesAfter = await cleo.stats();
  const lost = framesAfter.inbound.video.packetsLost - framesBefore.inbound.video.packetsLost;
  report(
    t,
    `the other room: largest gap ${watch.largestGapSent.ms.toFixed(0)} ms sent, ` +
      `${watch.largestGapReceived.ms.toFixed(0)} received, ${lost} packets lost, ${watch.fps.toFixed(1)} fps`,
  );
  assert.equal(lost, 0);
  assert.ok(watch.largestGapSent.ms <= machine.allow(100), `gap of ${watch.largestGapSent.ms} ms`);
  assert.ok(await cleo.evaluate(() => window.tributary.room.state === 'connected'));
  assert.deepEqual([...ada.problems, ...ben.problems, ...cleo.problems], []);
});

test('a page whose WebSocket breaks keeps its seat', { timeout: 180_000 }, async t => {
  const { server, chromium } = await setUp(t);
  const [ada, ben] = await gather(await chromium(), 2);
  await ada.page.addInitScript(() => {
    const Native = window.WebSocket;
    window.WebSocket = class extends Native {
      constructor(...options) {
        super(...options);
        window.testSocket = this;
      }
    };
  });
  await ada.join(server, 'demo');
  await ben.join(server, 'demo');
  await ben.sees([ada, ben]);
  const identity = () => ada.evaluate(() => window.tributary.room.participant.identity);
  const before = await identity();
  await ada.evaluate(() => {
    window.testStates = [];
    window.tributary.room.on('stateChanged', ({ state }) => window.testStates.push(state));
    window.testSocket.close();
  });
  const broken = performance.now();
  await ada.until('to be back', () => window.testStates.at(-1) === 'connected');
  await ada.sees([ada, ben]);
  await ben.sees([ada, ben]);
  report(t, `back in the mix ${((performance.now() - broken) / 1000).toFixed(1)} s after the WebSocket broke`);
  assert.equal(await identity(), before, 'the same person');
  assert.equal((await ben.evaluate(() => [...window.tributary.room.participants.keys()])).length, 2);
});
