/** As a user would: record a call, have the server killed, start it, and look at the film on the page. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { FACES } from './support/faces.mjs';
import { until } from './support/until.mjs';

const SECONDS = Number(process.env.RECORDING_SECONDS ?? 14);
const out = join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });

/** What the page's player shows now. */
const player = person =>
  person.evaluate(() => {
    const video = document.querySelector('video');
    if (!video) return null;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 36];
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 64, 36);
    const { data } = context.getImageData(0, 0, 64, 36);
    return {
      at: video.currentTime,
      duration: video.duration,
      ready: video.readyState >= 2 && !video.seeking,
      file: video.currentSrc.split('/').at(-1),
      light: data.reduce((sum, value, index) => (index % 4 === 3 ? sum : sum + value), 0) / (64 * 36 * 3),
      error: video.error?.message ?? null,
    };
  });

test('a film of a call whose server was killed, on the page that lists films', { timeout: 400_000 }, async t => {
  const { server, chromium, firefox } = await setUp(t, {
    config: { recordings: { minFreeSpace: 0 } },
    profile: { recording: { announcement: 'banner' } },
  });
  const browser = await chromium();
  const people = [];
  for (const face of FACES) {
    const who = { width: 640, height: 360, fps: 24, look: 'face', silent: face.style !== 2, ...face };
    people.push(await browser.newPerson(who, { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: 'dark' }));
  }
  const [amara, jonas, mei, rafael] = people;
  for (const person of [amara, jonas]) await person.join(server, 'design-review');
  const { recordingId } = await amara.evaluate(async seconds => {
    const body = JSON.stringify({ partDuration: seconds });
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/v1/rooms/design-review/recordings', { method: 'POST', body, headers })).json();
  }, Math.ceil(SECONDS / 2));
  const get = async () => (await fetch(`${server.url}/v1/recordings/${recordingId}`)).json();
  const reached = seconds => until(`${seconds} s of film`, async () => (await get()).duration >= seconds, { timeout: seconds * 3000 + 60_000 });
  const toldOf = person => person.until('the banner that the call is recorded', () => document.querySelector('[data-tone="recording"]'));
  await toldOf(jonas);
  await jonas.page.screenshot({ path: join(out, 'recording-banner.png') });
  await jonas.page.getByRole('button', { name: 'Got it' }).click();
  await reached(SECONDS * 0.2);
  await mei.join(server, 'design-review');
  await toldOf(mei);
  const again = await jonas.evaluate(() => Boolean(document.querySelector('[data-tone="recording"]')));
  assert.ok(!again, 'who knows is not told anew');
  await reached(SECONDS * 0.75);
  await rafael.join(server, 'design-review');
  await reached(SECONDS);
  const known = await get();
  await server.killAndRestart();
  const film = await until('the film to be finished by the next start', async () => {
    const now = await get();
    return now.status === 'aborted' && now;
  });
  report(t, `${known.duration.toFixed(1)} s known before the kill, ${film.duration.toFixed(1)} s in ${film.files.length} parts after it`);
  assert.ok(film.duration >= known.duration - 2, 'it is there up to 2 s before the kill');
  // Two, and one more where the machine was slow to tell that the time had come.
  assert.ok(film.files.length >= 2, `${film.files.length} parts`);
  assert.ok(film.files.every(({ finished }) => finished));

  const folder = join(server.recordings, dirname(film.path));
  const frame = (file, at, name) =>
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-ss', String(at), '-i', join(folder, file.filename), '-frames:v', '1', join(out, name)]);
  frame(film.files[0], 1, 'film-start.png');
  frame(film.files[1], 0, 'film-middle.png');
  frame(film.files[1], film.files[1].duration - 0.5, 'film-end.png');

  const { page } = amara;
  await page.goto(`${server.url}/recordings.html`);
  await page.getByRole('button', { name: 'Play part 1' }).click();
  await until('the film to play', async () => (await player(amara))?.at > 0.5);
  const chapter = page.locator('.chapters button', { hasText: 'Rafael Costa joins' });
  await chapter.click();
  const { joinedAt } = film.participants.find(({ name }) => name === 'Rafael Costa');
  const part = film.files.findLast(({ start }) => start <= joinedAt);
  const joined = joinedAt - part.start;
  const seen = await until('the chapter in its part', async () => {
    const now = await player(amara);
    return now?.file === part.filename && now.ready && now.at >= joined - 0.1 && now;
  });
  assert.ok(seen.light > 20, `the picture is black: ${seen.light}`);
  assert.ok(Math.abs(seen.duration - part.duration) < 0.1);
  await amara.evaluate(() => document.querySelector('video').pause());
  await amara.evaluate(at => {
    document.querySelector('video').currentTime = at;
  }, Math.min(joined + 3, part.duration - 0.5));
  await until('the picture', async () => (await player(amara)).ready);
  await page.mouse.move(5, 5);
  await page.screenshot({ path: join(out, 'recordings.png') });

  const [fox] = await gather(await firefox(), 1, { first: 4 });
  await fox.page.goto(`${server.url}/recordings.html?room=design-review`);
  await fox.until('the list', () => [...document.querySelectorAll('button')].some(({ innerText }) => /Play part 2/.test(innerText)));
  await fox.evaluate(() => [...document.querySelectorAll('button')].find(({ innerText }) => /Play part 2/.test(innerText)).click());
  await until('Firefox to play', async () => (await player(fox))?.at > 0.3);
  for (const at of [film.files[1].duration * 0.8, film.files[1].duration * 0.2]) {
    await fox.evaluate(to => {
      document.querySelector('video').pause();
      document.querySelector('video').currentTime = to;
    }, at);
    const there = await until(`Firefox to be at ${at}`, async () => {
      const now = await player(fox);
      return now.ready && Math.abs(now.at - at) < 0.2 && now;
    });
    assert.ok(there.light > 20);
  }
  assert.deepEqual([amara, fox].flatMap(({ problems }) => problems).filter(text => !/WebSocket|ERR_CONNECTION|Failed to load/.test(text)), []);
});

test('the page says how far a film is finished, and offers no Play for one that is in the storage alone', { timeout: 120_000 }, async t => {
  const { server, chromium } = await setUp(t, {});
  const [{ page }] = await gather(await chromium(), 1);
  const file = { filename: 'a.webm', start: 0, duration: 60, size: 1e6, finished: false };
  let film = {
    recordingId: 'r_1', room: 'demo', status: 'ending', container: 'webm', startedAt: '2026-11-29T12:00:00.000Z',
    duration: 60, size: 1e6, files: [file], error: null, progress: 0.12,
  };
  await page.route('**/v1/recordings', route => route.fulfill({ json: { recordings: [film] } }));
  await page.goto(`${server.url}/recordings.html`);
  await page.getByText('ending, 12%').waitFor();
  film = { ...film, progress: 0.579 };
  await page.getByText('ending, 57%').waitFor();
  film = { ...film, progress: undefined, status: 'completed', files: [{ ...file, finished: true, removed: true }] };
  await page.getByText('uploaded').waitFor();
  assert.equal(await page.getByRole('button', { name: /Play/ }).count(), 0);

  film = { ...film, container: 'mkv', files: [{ ...file, filename: 'a.mkv', finished: true }] };
  await page.route('**/files/a.mkv', route => route.fulfill({ body: 'no film', contentType: 'video/x-matroska' }));
  await page.getByRole('button', { name: 'Play of demo' }).click();
  await page.getByText('This browser cannot play this file.').waitFor();
  await page.setViewportSize({ width: 360, height: 640 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `the list is ${overflow} pixels wider than a phone`);
  await page.screenshot({ path: join(out, 'recordings-phone.png') });
  await page.unroute('**/v1/recordings');
  await page.route('**/v1/recordings', route => route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>', contentType: 'text/html' }));
  await page.getByText('The server cannot be reached.').waitFor();
});

test('with a token the page asks for it once, plays by its session, and signs out', { timeout: 120_000 }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-token-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const token = randomBytes(32).toString('hex');
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  const { server, chromium } = await setUp(t, {
    config: { admin: { tokenFile: join(folder, 'token') }, recordings: { minFreeSpace: 0 } },
  });
  const [ada] = await gather(await chromium(), 1);
  const { page } = ada;
  await ada.join(server, 'demo');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const asked = async (path, method = 'GET') => (await fetch(server.url + path, { method, headers })).json();
  const { recordingId } = await asked('/v1/rooms/demo/recordings', 'POST');
  const one = `/v1/recordings/${recordingId}`;
  await until('two seconds of film', async () => (await asked(one)).duration >= 2);
  await asked(`${one}/stop`, 'POST');
  await until('the film to be finished', async () => (await asked(one)).status === 'completed');

  const opened = page.context().waitForEvent('page');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Recordings of this room' }).click();
  const films = await opened;
  await films.getByLabel('The server’s token').waitFor();
  await films.screenshot({ path: join(out, 'recordings-sign-in.png') });
  assert.equal(await films.getByRole('row').count(), 0);
  await films.getByLabel('The server’s token').fill('not the token at all');
  await films.getByRole('button', { name: 'Sign in' }).click();
  await films.getByText('This is not the server’s token.').waitFor();
  await films.getByLabel('The server’s token').fill(token);
  await films.getByRole('button', { name: 'Sign in' }).click();
  await films.getByRole('button', { name: 'Play' }).click();
  await films.waitForFunction(() => document.querySelector('video')?.currentTime > 0.5);
  assert.equal(await films.evaluate(() => document.cookie), '', 'no script reads the session');
  await films.reload();
  await films.getByRole('button', { name: 'Play' }).waitFor();
  await films.getByRole('button', { name: 'Sign out' }).click();
  await films.getByLabel('The server’s token').waitFor();
  assert.equal(await films.getByRole('row').count(), 0);
  assert.equal(await films.evaluate(async path => (await fetch(path)).status, one), 401);
});
