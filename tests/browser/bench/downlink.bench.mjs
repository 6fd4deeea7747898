/**
 * What one client downloads, and its browser computes, in a room of 2 and of 25: it should not grow. The client
 * only watches: what it would send depends on its tile.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { gather } from '../support/call.mjs';
import { program } from '../support/server.mjs';
import { pause, until } from '../support/until.mjs';
import { bench, cpuSeconds } from './figures.mjs';

const WINDOW = Number(process.env.DOWNLINK_WINDOW ?? 20_000);
const limits = { sessionsPerAddress: 100, participantsPerRoom: 100 };

await bench('Downlink of a client', { config: { limits } }, async ({ server, chromium }) => {
  const figures = [];
  for (const others of [1, 24]) {
    const browser = await chromium();
    const [ada] = await gather(browser, 1);
    const room = `room${others}`;
    const load = spawn(program('tributary-load'), ['--url', server.url, '--room', room, '--senders', String(others), '--duration', '600', '--quiet'], { stdio: 'ignore' });
    try {
      await until('the others to be in', async () => (await server.metrics()).sum('tributary_participants') === others, { timeout: 120_000 });
      await ada.join(server, room, { codec: 'VP8', query: '&video=0&audio=0' });
      await until('everybody to be in', async () => (await ada.evaluate(() => window.tributary.room.participants.size)) === others + 1, { timeout: 120_000 });
      await pause(10_000);
      figures.push({ people: others + 1, ...(await measure(ada, browser)) });
    } finally {
      load.kill();
      await Promise.all([load.exitCode === null && once(load, 'exit'), ada.closePage()]);
    }
  }
  for (const { people, kilobytes, cpu, fps, sound } of figures) {
    console.log(`${people} people: video ${kilobytes.toFixed(1)} kB/s, sound ${sound.toFixed(1)} kB/s, ${fps.toFixed(1)} fps, browser ${cpu.toFixed(2)} of a core`);
  }
  const [few, many] = figures;
  console.log(`25 people cost ${(many.kilobytes / few.kilobytes).toFixed(2)} of the bytes and ${(many.cpu / few.cpu).toFixed(2)} of the CPU of 2 (issue: 0.90 to 1.10)`);
});

async function measure(person, browser) {
  const before = { ...(await person.evaluate(inbound)), cpu: browserCpu(browser.pid) };
  await pause(WINDOW);
  const after = { ...(await person.evaluate(inbound)), cpu: browserCpu(browser.pid) };
  const seconds = (after.at - before.at) / 1000;
  const rate = key => (after[key] - before[key]) / seconds;
  return { kilobytes: rate('bytes') / 1000, sound: rate('sound') / 1000, cpu: rate('cpu'), fps: rate('frames') };
}

async function inbound() {
  const stats = [...(await window.tributary.room.connection.getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
  const video = stats.find(({ kind }) => kind === 'video');
  const audio = stats.find(({ kind }) => kind === 'audio');
  return { at: video.timestamp, bytes: video.bytesReceived, sound: audio.bytesReceived, frames: video.framesDecoded };
}

/** Seconds of CPU of all processes of a browser, which are one process group. */
function browserCpu(group) {
  let seconds = 0;
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      if (Number(fields[2]) === group) seconds += cpuSeconds(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  return seconds;
}
