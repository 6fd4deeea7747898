/** A call of three real browsers is recorded; ffmpeg and two browsers judge the film. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { isColour } from './support/person.mjs';
import { quantile, until } from './support/until.mjs';

const SECONDS = Number(process.env.RECORDING_SECONDS ?? 15);
const FRAMERATE = 25;
const PERIOD = 1500;
const RATE = 48_000;

const run = (program, ...arguments_) =>
  execFileSync(program, arguments_, { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
const ffmpeg = (...arguments_) => run('ffmpeg', '-v', 'error', ...arguments_);

/** Power of a tone in a stretch of samples, in dB of full scale. */
function level(samples, hertz) {
  let re = 0;
  let im = 0;
  samples.forEach((sample, index) => {
    const phase = (2 * Math.PI * hertz * index) / RATE;
    re += sample * Math.cos(phase);
    im += sample * Math.sin(phase);
  });
  return 20 * Math.log10((2 * Math.hypot(re, im)) / samples.length + 1e-10);
}

/** Starts of a signal that is on or off: times at which it has come on after `quiet` seconds off. */
function starts(values, times, isOn, quiet = 0.3) {
  const found = [];
  let last = -Infinity;
  values.forEach((value, index) => {
    if (!isOn(value)) return;
    const at = times[index];
    if (at - last > quiet) found.push(at);
    last = at;
  });
  return found;
}

function sound(file) {
  // From the film's beginning on, not from the sound's.
  const bytes = ffmpeg('-i', file, '-vn', '-af', 'aresample=async=1:first_pts=0', '-f', 'f32le', '-ac', '1', '-ar', String(RATE), '-');
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** When each frame is shown, in seconds. */
function frameTimes(file) {
  const text = run('ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file);
  return text.toString().trim().split('\n').map(Number.parseFloat);
}

/** The colour at the middle of a tile, of every frame. */
function colours(file, tile) {
  const x = tile.left + tile.width / 2;
  // Above the test camera's clock, which lies in the middle.
  const y = tile.top + tile.height / 8;
  const crop = `crop=8:8:iw*${x.toFixed(4)}:ih*${y.toFixed(4)},scale=1:1`;
  const bytes = ffmpeg('-i', file, '-vf', crop, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-');
  return Array.from({ length: bytes.length / 3 }, (_, index) => [...bytes.subarray(index * 3, index * 3 + 3)]);
}

/** Seeks in a real browser and reads the picture there. */
async function seekIn(person, url, times) {
  return person.evaluate(
    async ({ source, points }) => {
      const video = document.createElement('video');
      video.muted = true;
      video.preload = 'auto';
      video.src = source;
      const event = name =>
        new Promise((resolve, reject) => {
          video.addEventListener(name, resolve, { once: true });
          video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
        });
      await event('loadeddata');
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const seen = [];
      for (const point of points) {
        video.currentTime = point.at;
        await event('seeked');
        context.drawImage(video, 0, 0);
        const pixel = context.getImageData(point.x * canvas.width, point.y * canvas.height, 1, 1).data;
        seen.push({ at: video.currentTime, colour: [...pixel.slice(0, 3)] });
      }
      return { duration: video.duration, seen };
    },
    { source: url, points: times },
  );
}

test('a film of three browsers: clean, whole, in step, seekable', { timeout: 600_000 }, async t => {
  const { server, chromium, firefox, machine } = await setUp(t, { config: { recordings: { minFreeSpace: 0 } } });
  const folder = mkdtempSync(join(tmpdir(), 'tributary-film-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const browser = await chromium();
  const [ada] = await gather(browser, 1, { look: 'flash', silent: true });
  const others = await gather(browser, 2, { first: 1 });
  const people = [ada, ...others];
  for (const person of people) await person.join(server, 'demo');
  await ada.sees(people);
  const tiles = await ada.evaluate(() => window.tributary.room.layout.tiles);
  const tileOf = async person => {
    const identity = await person.evaluate(() => window.tributary.room.participant.identity);
    return tiles.find(tile => tile.identity === identity);
  };

  await ada.evaluate(period => window.testSource.flashAndBeep(period), PERIOD);
  const lostBefore = (await server.metrics()).lostFrames();
  await ada.evaluate(() => window.tributary.room.startRecording());
  await others[0].until('the mark that the call is recorded', () => document.querySelector('.recording'));
  const list = async () => (await (await fetch(`${server.url}/v1/rooms/demo/recordings`)).json()).recordings;
  await until(`${SECONDS} s of film`, async () => (await list())[0].duration >= SECONDS, {
    timeout: SECONDS * 3000 + 30_000,
  });
  await ada.evaluate(() => window.tributary.room.stopRecording());
  const lost = (await server.metrics()).lostFrames() - lostBefore;
  const brief = await until('the film to be finished', async () => (await list()).find(({ status }) => status === 'completed'));
  const url = `/v1/recordings/${brief.recordingId}/files/${brief.files[0].filename}`;
  const recording = await (await fetch(`${server.url}/v1/recordings/${brief.recordingId}`)).json();
  const file = join(folder, 'film.webm');
  writeFileSync(file, Buffer.from(await (await fetch(server.url + url)).arrayBuffer()));

  assert.equal(ffmpeg('-i', file, '-f', 'null', '-').toString(), '', 'ffmpeg decodes it without a word');
  const probed = JSON.parse(
    run('ffprobe', '-v', 'error', '-of', 'json', '-count_frames', '-show_format', '-show_streams', file).toString(),
  );
  const duration = Number(probed.format.duration);
  const video = probed.streams.find(stream => stream.codec_type === 'video');
  const frames = Number(video.nb_read_frames);
  report(t, `${duration.toFixed(2)} s, ${frames} frames: ${((100 * frames) / (duration * FRAMERATE)).toFixed(1)}% of configured`);
  assert.ok(Math.abs(duration - recording.duration) < 0.1, `${duration} s in the file, ${recording.duration} told`);
  report(t, `${lost} frames of the mix were lost to a machine without time, ${recording.missingFrames} are missing in the film`);
  // Every frame that was encoded is in the film; what the machine had no time to draw or encode cannot be.
  assert.ok(frames >= duration * FRAMERATE * 0.99 - lost, `${frames} frames in ${duration} s, ${lost} were never made`);
  // At the stop, sound is some frames ahead: two may wait for the encoder, one is in it.
  assert.ok(Math.abs(frames + recording.missingFrames - duration * FRAMERATE) <= 4, `${recording.missingFrames} are told missing`);
  assert.equal(recording.frames, frames);
  assert.equal(recording.droppedPackets, 0);

  const samples = sound(file);
  const middle = samples.subarray(RATE * 2, RATE * (Math.floor(duration) - 1));
  for (const { name, who } of others) {
    const power = level(middle, who.tone);
    assert.ok(power > -40, `${name}'s tone is at ${power.toFixed(0)} dB`);
    const seen = colours(file, await tileOf(people.find(person => person.name === name)));
    const right = seen.filter(colour => isColour(colour, who.colour)).length;
    assert.ok(right > seen.length * 0.5, `${name} is in their tile: ${right} of ${seen.length} frames`);
  }

  const flashes = starts(colours(file, await tileOf(ada)), frameTimes(file), colour => Math.min(...colour) > 180);
  const WINDOW = RATE / 100;
  const powers = [];
  for (let at = 0; at + 2 * WINDOW < samples.length; at += WINDOW) {
    powers.push(level(samples.subarray(at, at + 2 * WINDOW), ada.who.tone));
  }
  const peak = quantile(powers, 0.98);
  const beeps = starts(powers, powers.map((_, index) => index * 0.01), power => power > peak - 8);
  const skews = flashes
    .map(flash => 1000 * (flash - beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best), -9)))
    .filter(skew => Math.abs(skew) < PERIOD / 2);
  assert.ok(
    skews.length >= Math.floor(duration / (PERIOD / 1000)) * 0.6,
    `${skews.length} pairs of ${flashes.length} flashes and ${beeps.length} beeps in ${duration} s`,
  );
  // Two or three pairs are single ones: a page that stands still is late with either of a pair.
  const third = Math.ceil(skews.length / 3);
  const bound = ms => (machine.keptUp ? ms : machine.allow(ms));
  for (const [where, some, early, late] of [
    ['start', skews.slice(0, third), bound(45), bound(125)],
    ['end', skews.slice(-third), bound(45), bound(125)],
    ['all over', skews, 45 * machine.slowness, 125 * machine.slowness],
  ]) {
    const median = quantile(some, 0.5);
    const all = some.map(skew => skew.toFixed(0)).join(', ');
    report(t, `sound before picture, ${where}: ${median.toFixed(0)} ms, median of ${all} (issue: +45 to −125)`);
    assert.ok(median <= early && median >= -late, `sound before picture, ${where}: ${median} ms, median of ${all}`);
  }

  report(t, `the manifest says: at most ${recording.avSkewMs.toFixed(1)} ms apart, of any of the three`);
  assert.ok(recording.avSkewMs > 1, 'the manifest has measured cameras and microphones');

  const ben = await tileOf(others[0]);
  const points = [0.9, 0.1, 0.5].map(share => ({ at: share * duration, x: ben.left + ben.width / 2, y: ben.top + ben.height / 8 }));
  const [fox] = await gather(await firefox(), 1, { first: 4 });
  await fox.open(server, 'elsewhere');
  for (const person of [others[0], fox]) {
    const { duration: shown, seen } = await seekIn(person, url, points);
    assert.ok(Math.abs(shown - duration) < 0.1, `${person.kind}: ${shown} s`);
    seen.forEach(({ at, colour }, index) => {
      assert.ok(Math.abs(at - points[index].at) < 0.2, `${person.kind} seeks to ${points[index].at}, is at ${at}`);
      assert.ok(isColour(colour, others[0].who.colour), `${person.kind} sees ${colour} at ${at} s`);
    });
  }
  assert.deepEqual(people.flatMap(({ problems }) => problems), []);
});
