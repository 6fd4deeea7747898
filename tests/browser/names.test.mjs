/** Rooms and people of the worst names, recorded by the real server: what is on its disk afterwards. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';
import { report, setUp } from './support/call.mjs';
import { until } from './support/until.mjs';

const HOSTILE = [
  '../../../etc/passwd',
  '..',
  '.hidden',
  'a/../../b',
  'nul\u0000byte',
  'line\nfeed\r\nand --> 00:00.000 --> 99:00.000',
  'x'.repeat(300),
  'left\u202eright\u2066mark\u200f',
  '🦊🧑‍🚀é\u0301',
  '"}],"status":"completed","error":"<script>alert(1)</script>&amp;',
  "$(touch hacked)`id`'; rm -rf *",
  '%2e%2e%2f..%5c',
];

/** All there is below a folder. */
const listing = folder => readdirSync(folder, { recursive: true }).map(String).sort();

async function enter(server, room, name) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/ws`, 'tributary.v1');
  const messages = [];
  socket.on('message', data => messages.push(JSON.parse(data)));
  socket.on('error', () => {});
  await new Promise(resolve => socket.addEventListener('open', resolve));
  socket.send(JSON.stringify({ type: 'join', id: 1, room, name }));
  const reply = await until('a reply', () => messages.find(({ type, replyTo }) => replyTo === 1 || type === 'error'));
  return { socket, reply, close: () => socket.close() };
}

test('rooms and people of hostile names are recorded, and nothing leaves the folder', { timeout: 300_000 }, async t => {
  const outer = mkdtempSync(join(tmpdir(), 'tributary-names-'));
  const folder = join(outer, 'recordings');
  mkdirSync(folder);
  t.after(() => rmSync(outer, { recursive: true, force: true }));
  const { server, chromium } = await setUp(t, {
    config: { recordings: { folder, minFreeSpace: 0 } },
    profile: { canvas: { width: 320, height: 180, framerate: 10 }, renditions: [{ name: '180p', height: 180, bitrate: 100_000 }] },
  });
  const post = async path =>
    fetch(server.url + path, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });

  for (const name of HOSTILE) {
    const { reply, close } = await enter(server, name, 'Ada');
    const answer = await post(`/v1/rooms/${encodeURIComponent(name)}/recordings`);
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} for the room ${JSON.stringify(name)}`);
    assert.equal(reply.type, 'error', `room ${JSON.stringify(name)}: ${JSON.stringify(reply)}`);
    close();
  }
  // The worst that a room may be called; what the people are called who come, one after the other.
  const rooms = ['a..b', '-rf', `_${'-'.repeat(62)}.`, 'CON'];
  const crowds = Object.fromEntries(rooms.map((room, index) => [room, HOSTILE.slice(3 * index, 3 * index + 3)]));
  const recordings = await Promise.all(Object.entries(crowds).map(async ([room, crowd]) => {
    const people = [await enter(server, room, HOSTILE[0])];
    const started = await post(`/v1/rooms/${room}/recordings`);
    assert.equal(started.status, 201);
    const { recordingId } = await started.json();
    const get = async () => (await fetch(`${server.url}/v1/recordings/${recordingId}`)).json();
    for (const [index, name] of crowd.entries()) {
      // Far enough apart to be chapters of their own.
      await until('a chapter', async () => (await get()).duration > 5.2 * (index + 1), { timeout: 120_000 });
      people.push(await enter(server, room, name));
    }
    const inside = people.filter(({ reply }) => reply.type === 'joined').length;
    assert.ok(inside >= 3, `${inside} people of ${crowd.length + 1} got into ${room}`);
    await until('all of them to be written down, and some film of the last', async () => {
      const { participants, duration } = await get();
      return participants.length === inside && duration > participants.at(-1).joinedAt + 0.5;
    });
    const manifest = JSON.parse(readFileSync(join(folder, `${(await get()).path}.json`), 'utf8'));
    assert.equal(manifest.status, 'active', 'it is whole JSON while it is being written');
    await post(`/v1/recordings/${recordingId}/stop`);
    const done = await until('the file', async () => (await get()).status === 'completed' && get());
    for (const person of people) person.close();
    return done;
  }));

  // Manifests are written anew beside themselves, then renamed.
  const files = await until('the last manifests to be in their place', () => {
    const all = listing(folder);
    return !all.some(path => path.endsWith('.json.new') || path.endsWith('.vtt.new')) && all;
  });
  report(t, `${files.length} files and folders, such as ${files.at(-1)}`);
  assert.deepEqual(listing(outer).filter(path => !path.startsWith('recordings')), [], 'beside the folder');
  for (const path of files) {
    assert.match(path, /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/, 'only what is harmless everywhere');
    assert.ok(path.split('/').every(segment => segment.length <= 255));
  }
  assert.ok(!files.some(path => path.endsWith('.part')));

  const browser = await chromium();
  const page = await browser.newPerson({ name: 'Eve', colour: [9, 9, 9], tone: 300, width: 64, height: 64, fps: 5 });
  await page.page.goto(`${server.url}/r/elsewhere`);
  for (const { path, recordingId, files: parts } of recordings) {
    const manifest = JSON.parse(readFileSync(join(folder, `${path}.json`), 'utf8'));
    assert.ok(manifest.participants.length >= 3);
    for (const { name } of manifest.participants) {
      assert.doesNotMatch(name, /[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069\u200e\u200f]/);
      assert.ok([...name].length <= 64);
    }
    const film = join(folder, path.slice(0, path.lastIndexOf('/')), parts[0].filename);
    const probed = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-of', 'json', '-show_chapters', film]));
    const vtt = `/v1/recordings/${recordingId}/files/${path.slice(path.lastIndexOf('/') + 1)}.chapters.vtt`;
    const cues = await page.evaluate(
      source =>
        new Promise((resolve, reject) => {
          const video = document.createElement('video');
          const track = document.createElement('track');
          Object.assign(track, { kind: 'chapters', src: source });
          track.addEventListener('load', () =>
            resolve([...track.track.cues].map(cue => ({ from: cue.startTime, to: cue.endTime, text: cue.getCueAsHTML().textContent }))),
          );
          track.addEventListener('error', () => reject(new Error(`${source} is no track`)));
          video.append(track);
          document.body.append(video);
          track.track.mode = 'hidden';
        }),
      vtt,
    );
    assert.deepEqual(cues.map(({ text }) => text), probed.chapters.map(({ tags }) => tags.title), 'the browser and ffprobe read the same chapters');
    assert.ok(cues.every(({ from, to }) => to > from));
  }
  const inside = recordings.map(({ path }) => readFileSync(join(folder, `${path}.chapters.vtt`), 'utf8')).join('');
  report(t, `${inside.match(/-->/g).length} chapters of hostile names`);
  assert.ok(inside.includes('🦊') && inside.includes('&lt;script&gt;'), 'their names are in the chapters, escaped');
});
