/** What comes after a recording: upload to S3-compatible storage, webhooks, the finish hook. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import S3rver from 's3rver';
import { Webhook } from 'standardwebhooks';
import WebSocket from 'ws';
import { report } from './support/call.mjs';
import { startServer } from './support/server.mjs';
import { until } from './support/until.mjs';

const MEBIBYTES = Number(process.env.UPLOAD_MEBIBYTES ?? 300);
const BUCKET = 'films';

/** Passes connections on to `port`, and breaks them all in the middle of what is sent when told to. */
async function breakableProxy(port) {
  const open = new Set();
  let passed = 0;
  let cutAt = Number.POSITIVE_INFINITY;
  const breakAll = () => {
    for (const socket of open) socket.destroy();
  };
  const server = createTcpServer(client => {
    const upstream = connect(port, '127.0.0.1');
    for (const [socket, other] of [[client, upstream], [upstream, client]]) {
      open.add(socket);
      socket.on('error', () => {}).on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    client.on('data', data => {
      passed += data.length;
      if (passed < cutAt) return;
      // Here, and not between two requests, where nobody would notice.
      cutAt = Number.POSITIVE_INFINITY;
      breakAll();
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    get passed() {
      return passed;
    },
    /** Once so many bytes have passed. */
    cutAt(bytes) {
      cutAt = bytes;
    },
    close() {
      breakAll();
      server.close();
    },
  };
}

/** A finished recording as a former run of the server left it, its upload not begun. */
function placeRecording(folder, mebibytes) {
  mkdirSync(join(folder, 'demo'), { recursive: true });
  const hash = createHash('sha256');
  const file = openSync(join(folder, 'demo/film-r_big.webm'), 'w');
  for (let i = 0; i < mebibytes; ++i) {
    const piece = randomBytes(1 << 20);
    hash.update(piece);
    writeSync(file, piece);
  }
  closeSync(file);
  const sha256 = hash.digest('hex');
  const files = [{ filename: 'film-r_big.webm', start: 0, duration: 60, size: mebibytes << 20, sha256, finished: true }];
  const manifest = {
    recordingId: 'r_big', room: 'demo', path: 'demo/film-r_big', status: 'completed', container: 'webm',
    startedAt: '2026-11-22T19:00:00.000Z', endedAt: '2026-11-22T19:01:00.000Z', duration: 60, files,
    after: { upload: { status: 'pending', files: [] } },
  };
  writeFileSync(join(folder, 'demo/film-r_big.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'demo/film-r_big.chapters.vtt'), 'WEBVTT\n');
  return sha256;
}

test('a large recording arrives whole although its upload is cut off twice', { timeout: 300_000 }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-upload-'));
  const storage = new S3rver({
    port: 0, address: '127.0.0.1', silent: true, directory: join(folder, 's3'), configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await storage.run();
  const proxy = await breakableProxy(port);
  const sha256 = placeRecording(join(folder, 'recordings'), MEBIBYTES);
  const server = await startServer({
    config: {
      recordings: {
        folder: join(folder, 'recordings'),
        s3: {
          endpoint: `http://127.0.0.1:${proxy.port}`, bucket: BUCKET, accessKey: 'S3RVER', secretKey: 'S3RVER',
          prefix: 'calls/',
        },
      },
    },
  });
  t.after(async () => {
    try {
      await server.stop();
    } finally {
      proxy.close();
      await storage.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
  const size = MEBIBYTES << 20;
  const failures = () => server.lines.filter(line => /recording\.uploadFailed/.test(line)).length;
  for (const [index, share] of [0.25, 0.6].entries()) {
    proxy.cutAt(share * size);
    await until(`the cut at ${share} to be noticed`, () => failures() > index, { timeout: 120_000 });
  }
  await until('the upload to be done', () => server.lines.some(line => /recording\.uploaded/.test(line)), {
    timeout: 180_000,
  });
  const arrived = await fetch(`http://127.0.0.1:${port}/${BUCKET}/calls/demo/film-r_big.webm`, {
    headers: { authorization: 'AWS S3RVER:none' },
  }).catch(() => null);
  const stored = join(folder, 's3', BUCKET, 'calls/demo/film-r_big.webm._S3rver_object');
  assert.ok(existsSync(stored) || arrived?.ok, 'it is in the storage');
  const there = createHash('sha256').update(readFileSync(stored)).digest('hex');
  assert.equal(there, sha256);
  const again = proxy.passed / size;
  report(t, `${MEBIBYTES} MiB, cut off twice: ${again.toFixed(2)} times its size was sent`);
  assert.ok(again < 1.3, `${again} times its size was sent: it did not go on where it was`);
  const manifest = await until('the manifest to say so', () => {
    const json = JSON.parse(readFileSync(join(folder, 'recordings/demo/film-r_big.json'), 'utf8'));
    return json.after.upload.status === 'done' && json;
  });
  assert.equal(manifest.recordingId, 'r_big');
  assert.ok(existsSync(join(folder, 's3', BUCKET, 'calls/demo/film-r_big.json._S3rver_object')), 'with its manifest');
});

test('webhooks are signed, tried again, and the hook is run without a shell', { timeout: 120_000 }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-hooks-'));
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const verifier = new Webhook(secret);
  const got = [];
  let refuse = true;
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const message = verifier.verify(body, request.headers);
    got.push({ id: request.headers['webhook-id'], ...message });
    response.statusCode = refuse ? 503 : 204;
    refuse = false;
    response.end();
  });
  await new Promise(resolve => receiver.listen(0, '127.0.0.1', resolve));
  const mark = join(folder, 'mark; touch hacked');
  const films = join(folder, 'films');
  const server = await startServer({
    config: {
      recordings: { folder: films, minFreeSpace: 0, finishHook: ['/bin/cp', '{manifest}', mark] },
      webhooks: { urls: [`http://127.0.0.1:${receiver.address().port}/hook`], secret },
    },
  });
  t.after(async () => {
    try {
      await server.stop();
    } finally {
      receiver.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/ws`, 'tributary.v1');
  await new Promise(resolve => socket.addEventListener('open', resolve));
  socket.send(JSON.stringify({ type: 'join', id: 1, room: 'demo', name: 'Ada' }));
  const api = (path, method = 'GET') =>
    fetch(server.url + path, { method, ...(method === 'POST' && { body: '{}', headers: { 'content-type': 'application/json' } }) });
  const started = await until('the recording to run', async () => {
    const reply = await api('/v1/rooms/demo/recordings', 'POST');
    return reply.status === 201 && (await reply.json());
  });
  await until('a second of it', async () => (await (await api(`/v1/recordings/${started.recordingId}`)).json()).duration > 1);
  await api(`/v1/recordings/${started.recordingId}/stop`, 'POST');
  await until('both messages', () => got.filter(({ type }) => type === 'recording.completed').length === 1, { timeout: 30_000 });
  const starts = await until('what was refused to be sent again', () => {
    const found = got.filter(({ type }) => type === 'recording.started');
    return found.length === 2 && found;
  });
  assert.equal(starts[0].id, starts[1].id, 'with the same id');
  const done = got.find(({ type }) => type === 'recording.completed');
  assert.equal(done.data.recordingId, started.recordingId);
  assert.equal(done.data.status, 'completed');
  assert.match(done.data.files[0].sha256, /^[0-9a-f]{64}$/);
  const copied = await until('the hook', () => JSON.parse(readFileSync(mark, 'utf8')));
  assert.equal(copied.recordingId, started.recordingId);
  // Asked for while the room's process was being started: that waits, and is no failed recording.
  const { recordings } = await (await api('/v1/recordings')).json();
  assert.deepEqual(recordings.map(({ recordingId }) => recordingId), [started.recordingId]);
  assert.ok(!existsSync('hacked') && !existsSync(join(folder, 'hacked')));

  const doomed = await (await api('/v1/rooms/demo/recordings', 'POST')).json();
  await until('a second of it', async () => (await (await api(`/v1/recordings/${doomed.recordingId}`)).json()).duration > 1);
  rmSync(films, { recursive: true, force: true });
  const failed = await until('the failure to be told of', () => got.find(({ type }) => type === 'recording.failed'), { timeout: 30_000 });
  assert.equal(failed.data.recordingId, doomed.recordingId);
  assert.equal(failed.data.status, 'failed');
  assert.match(failed.data.error, /removed/);
  socket.close();
});
