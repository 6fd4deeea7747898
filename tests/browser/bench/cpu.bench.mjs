/** What a room of four costs: 4 senders of 640x360 into 1280x720 at 30 fps, all receiving VP8. */
import { gather } from '../support/call.mjs';
import { pause } from '../support/until.mjs';
import { bench, cpuSeconds, memory } from './figures.mjs';

const WINDOW = Number(process.env.CPU_WINDOW ?? 20_000);
const profile = { canvas: { width: 1280, height: 720, framerate: 30 } };

await bench('CPU of a room', { profile }, async ({ server, chromium }) => {
  const people = await gather(await chromium(), 4);
  for (const person of people) await person.join(server, 'demo', { codec: 'VP8' });
  await people[0].sees(people);
  await pause(10_000);

  const pid = server.roomPid('demo');
  const before = await reading(server, pid);
  await Promise.all(people.map((person, index) => person.startWatch({ tiles: index === 0 })));
  await pause(WINDOW);
  const after = await reading(server, pid);
  const watched = await Promise.all(people.map(person => person.stopWatch()));

  const seconds = after.at - before.at;
  const rate = key => ((after[key] - before[key]) / seconds).toFixed(1);
  const { rss, pss } = memory(pid);
  console.log(`room process: ${((after.cpu - before.cpu) / seconds).toFixed(2)} of a core, server ${((after.server - before.server) / seconds).toFixed(3)}`);
  console.log(`memory of the room process: ${rss.toFixed(0)} MB resident, ${pss.toFixed(0)} MB proportional`);
  console.log(`frames a second: ${rate('rendered')} drawn (30 wanted), ${rate('late')} of them late; cameras' frames ${rate('arrived')} arrived, ${rate('shown')} shown, in all 4 tiles`);
  console.log(`presented at the pages: ${watched.map(({ fps }) => fps.toFixed(1)).join(', ')} fps`);
  const tiles = Object.entries(watched[0].tiles);
  console.log(`distinct frames a second seen at ${people[0].name}: ${tiles.map(([name, { distinct }]) => `${name} ${(distinct / watched[0].seconds).toFixed(1)}`).join(', ')}`);
  const stats = await Promise.all(people.map(person => person.stats()));
  console.log(`uplinks: ${stats.map(({ outbound: { video } }) => `${video.width}x${video.height}@${video.fps} ${Math.round(video.bitrate / 1000)} kbit/s`).join(', ')}`);
});

async function reading(server, pid) {
  const metrics = await server.metrics();
  const source = outcome => metrics.sum('tributary_mixer_source_frames_total', { outcome });
  return {
    at: performance.now() / 1000,
    cpu: cpuSeconds(pid),
    server: cpuSeconds(server.pid),
    rendered: metrics.sum('tributary_mixer_frames_rendered_total'),
    late: metrics.sum('tributary_mixer_frames_late_total'),
    arrived: source('arrived'),
    shown: source('shown'),
  };
}
