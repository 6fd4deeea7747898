import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultUrl, Signalling } from '../../sdk/signalling.js';
import { FakeSocket } from './fake-socket.mjs';

const WebSocket = /** @type {any} */ (FakeSocket);

async function opened(options = {}) {
  const signalling = new Signalling('ws://x/v1/ws', { WebSocket, ...options });
  const opening = signalling.open();
  const socket = FakeSocket.last;
  socket.accept();
  await opening;
  return { signalling, socket };
}

test('opens with the subprotocol', async () => {
  const { signalling, socket } = await opened();
  assert.equal(socket.protocol, 'tributary.v1');
  assert.ok(signalling.isOpen);
});

test('a reply finds its request, in whatever order replies come', async () => {
  const { signalling, socket } = await opened();
  const first = signalling.request('join', { room: 'a' });
  const second = signalling.request('offer', { sdp: 's' });
  const [{ id: one }, { id: two }] = socket.sent;
  socket.say({ type: 'answer', replyTo: two, sdp: 't' });
  socket.say({ type: 'joined', replyTo: one });
  assert.equal((await second).sdp, 't');
  assert.equal((await first).type, 'joined');
  signalling.close();
});

test('an error reply rejects with its code', async () => {
  const { signalling, socket } = await opened();
  const request = signalling.request('join');
  socket.say({ type: 'error', replyTo: socket.sent[0].id, code: 'roomFull', message: 'full' });
  await assert.rejects(request, { code: 'roomFull', message: 'full' });
});

test('a request without reply times out', async () => {
  const { signalling } = await opened({ replyTimeout: 5 });
  await assert.rejects(signalling.request('chat'), { code: 'timeout' });
});

test('messages without replyTo are events; nonsense is ignored', async () => {
  const { signalling, socket } = await opened();
  /** @type {string[]} */
  const seen = [];
  signalling.on('message', message => seen.push(message.type));
  socket.onmessage?.({ data: 'no JSON' });
  socket.say({ no: 'type' });
  socket.say({ type: 'ok', replyTo: 999 });
  socket.say({ type: 'chat' });
  assert.deepEqual(seen, ['chat']);
});

test('a broken socket rejects what waits and says so once', async () => {
  const { signalling, socket } = await opened();
  let closed = 0;
  signalling.on('closed', () => {
    closed += 1;
  });
  const request = signalling.request('chat');
  socket.break();
  socket.break();
  await assert.rejects(request, { code: 'connectionLost' });
  assert.equal(closed, 1);
  assert.equal(signalling.send('ping'), false);
  await assert.rejects(signalling.request('ping'), { code: 'connectionLost' });
});

test('closing on purpose is silent, and ends an opening', async () => {
  const { signalling } = await opened();
  signalling.on('closed', () => assert.fail('closed is for accidents'));
  signalling.close();
  const opening = signalling.open();
  signalling.close();
  await assert.rejects(opening, { code: 'connectionLost' });
});

test('a ping without pong counts as a broken socket', async () => {
  const { signalling, socket } = await opened();
  const closed = new Promise(resolve => signalling.on('closed', resolve));
  signalling.pingEvery(0.01);
  assert.deepEqual(await closed, { code: 4000, reason: 'no pong' });
  assert.equal(socket.sent[0].type, 'ping');
});

test('a pong keeps it open', async () => {
  const { signalling, socket } = await opened();
  signalling.on('closed', () => assert.fail('the server did answer'));
  socket.send = text => {
    const { id } = JSON.parse(text);
    queueMicrotask(() => socket.say({ type: 'pong', replyTo: id }));
  };
  signalling.pingEvery(0.01);
  await new Promise(resolve => setTimeout(resolve, 60));
  signalling.close();
});

test('the address is that of the page', () => {
  /** @param {string} href */
  const url = href => defaultUrl(/** @type {any} */ (new URL(href))).href;
  assert.equal(url('https://call.example/r/x?a=1'), 'wss://call.example/v1/ws');
  assert.equal(url('http://127.0.0.1:8080/'), 'ws://127.0.0.1:8080/v1/ws');
});
