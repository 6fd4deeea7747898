import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { LocalMedia } from '../../sdk/local-media.js';
import { RoomModel } from '../../sdk/room-model.js';
import { Session } from '../../sdk/session.js';
import { FakePeerConnection } from './fake-peer.mjs';
import { FakeSocket } from './fake-socket.mjs';

/** @param {string} role */
const me = role => ({ identity: 'me', name: 'Me', role, audioMuted: true, videoMuted: true });

const server = { features: { screen: { sharers: 1 } } };

/** The server's part: lets the client in as `role`, and says ok to the rest. */
class Server extends FakeSocket {
  static role = 'participant';

  /** @override @param {string} text */
  send(text) {
    super.send(text);
    const { type, id: replyTo } = JSON.parse(text);
    if (!replyTo) return;
    const joined = { type: 'joined', resumeToken: 't', participant: me(Server.role), server };
    const answers = { join: joined, offer: { type: 'answer', sdp: 'v=0' } };
    const answer = answers[/** @type {keyof typeof answers} */ (type)] ?? { type: 'ok' };
    queueMicrotask(() => this.say({ ...answer, replyTo }));
  }
}

// What the SDK takes from the browser.
Object.assign(globalThis, {
  WebSocket: Server,
  RTCPeerConnection: FakePeerConnection,
  MediaStream: class {
    addTrack() {}
  },
});
if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} });

/** @type {Session[]} */
const open = [];
afterEach(() => {
  for (const one of open.splice(0)) one.end();
});

/** @param {object} [options] */
async function session(options = {}) {
  FakePeerConnection.all = [];
  /** @type {(() => void)[]} */
  const waiting = [];
  const host = {
    emit: () => {},
    onConnected: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
    onInterrupted: () => {},
    onEnded: () => {},
  };
  const it = new Session(
    'ws://x',
    { room: 'r', ...options },
    new LocalMedia(),
    new RoomModel(),
    host,
  );
  open.push(it);
  const starting = it.start();
  const socket = FakeSocket.last;
  socket.accept();
  await starting;
  /** @param {string} role */
  const become = async role => {
    const connected = new Promise(resolve => waiting.push(() => resolve(undefined)));
    socket.say({ type: 'participantUpdated', participant: me(role) });
    await connected;
  };
  return { it, socket, become };
}

const offers = () => FakePeerConnection.all.map(({ directions }) => directions.join());

test('a viewer who may speak now offers anew, and one who may no longer', {
  timeout: 10_000,
}, async () => {
  Server.role = 'viewer';
  const { become } = await session();
  await become('participant');
  await become('viewer');
  assert.deepEqual(offers(), [
    'recvonly,recvonly',
    'sendrecv,sendrecv,sendonly',
    'recvonly,recvonly',
  ]);
});

test('other changes of role change nothing of the media, and receive-only stays so', async () => {
  for (const [options, role] of /** @type {const} */ ([
    [{}, 'moderator'],
    [{ receiveOnly: true }, 'viewer'],
  ])) {
    Server.role = 'participant';
    const { socket } = await session(options);
    socket.say({ type: 'participantUpdated', participant: me(role) });
    // A connection begins some turns after what asks for it.
    for (let turn = 0; turn < 20; ++turn) await new Promise(done => setTimeout(done));
    assert.equal(offers().length, 1);
  }
});

test('the screen of who becomes a viewer is shared no longer', { timeout: 10_000 }, async () => {
  Server.role = 'participant';
  const { it, become } = await session();
  await it.shareScreen(/** @type {any} */ (new EventTarget()));
  assert.ok(it.screen);
  await become('viewer');
  assert.equal(it.screen, null);
});
