/**
 * What recording costs: 3 people of real Chromium, recorded and not, in turns, in one run of the server. The
 * ratio is of CPU seconds of the room process; each turn with a recording is compared with the mean of the
 * turns without before and after it, so that a machine that gets slower does not count. Then memory.
 */
import { gather } from '../support/call.mjs';
import { pause, quantile, until } from '../support/until.mjs';
import { bench, cpuSeconds, memory } from './figures.mjs';

const TURNS = Number(process.env.RECORDING_TURNS ?? 6);
const WINDOW = Number(process.env.RECORDING_WINDOW ?? 10_000);
const MIB = 1024 * 1024;

const config = { recordings: { minFreeSpace: 0 } };
// The mark is drawn into everybody's picture: a part of the cost as it is used, and none of the recorder's own.
const profile = { recording: { mark: process.env.RECORDING_MARK !== '0' } };

await bench('CPU of a recording', { config, profile }, async ({ server, chromium }) => {
  const people = await gather(await chromium(), 3);
  for (const person of people) await person.join(server, 'demo', { codec: 'VP8' });
  await people[0].sees(people);
  await pause(10_000);
  const pid = server.roomPid('demo');
  const headers = { 'content-type': 'application/json' };
  const post = async path => (await fetch(`${server.url}/v1/${path}`, { method: 'POST', body: '{}', headers })).json();
  const get = async id => (await fetch(`${server.url}/v1/recordings/${id}`)).json();

  const share = async () => {
    const before = { cpu: cpuSeconds(pid), server: cpuSeconds(server.pid), at: performance.now() };
    await pause(WINDOW);
    const seconds = (performance.now() - before.at) / 1000;
    return {
      room: (cpuSeconds(pid) - before.cpu) / seconds,
      server: (cpuSeconds(server.pid) - before.server) / seconds,
      memory: memory(pid).rss,
    };
  };
  const recorded = async () => {
    const { recordingId } = await post('rooms/demo/recordings');
    const out = await share();
    const { duration, files } = await get(recordingId);
    out.rate = files[0].size / duration;
    await post(`recordings/${recordingId}/stop`);
    await until('the file', async () => (await get(recordingId)).status === 'completed');
    return out;
  };

  const without = [await share()];
  const during = [];
  const ratios = [];
  for (let turn = 0; turn < TURNS; ++turn) {
    during.push(await recorded());
    without.push(await share());
    const around = (without.at(-1).room + without.at(-2).room) / 2;
    ratios.push(during.at(-1).room / around);
    console.log(`turn ${turn + 1}: ${around.toFixed(3)} of a core without, ${during.at(-1).room.toFixed(3)} with: ${ratios.at(-1).toFixed(3)}`);
  }
  const mean = list => list.reduce((sum, value) => sum + value, 0) / list.length;
  const rooms = list => mean(list.map(({ room }) => room));
  console.log(`room process: ${rooms(without).toFixed(3)} of a core without, ${rooms(during).toFixed(3)} with; ratio ${(rooms(during) / rooms(without)).toFixed(3)}, median of turns ${quantile(ratios, 0.5).toFixed(3)} (issue: 1.05)`);
  console.log(`server: ${mean(without.map(({ server }) => server)).toFixed(3)} of a core without, ${mean(during.map(({ server }) => server)).toFixed(3)} with`);
  const resident = list => list.map(({ memory }) => memory.toFixed(1)).join(', ');
  console.log(`memory of the room process, MB resident: at the end of each recording ${resident(during)}; of each turn without ${resident(without)}`);
  console.log(`size: ${((mean(during.map(({ rate }) => rate)) * 3600) / MIB).toFixed(0)} MiB an hour`);
});
