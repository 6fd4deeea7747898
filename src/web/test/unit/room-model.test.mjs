import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoomModel } from '../../sdk/room-model.js';

/** @param {string} identity */
const person = identity => ({ identity, name: identity.toUpperCase(), role: 'participant' });

function joined() {
  const model = new RoomModel();
  const events = model.apply({
    type: 'joined',
    participant: person('me'),
    participants: [person('ada'), person('me')],
    layout: { layout: 'grid', canvas: { width: 1280, height: 720 }, tiles: [] },
    activeSpeakers: ['ada'],
    recording: null,
    server: { pingInterval: 5 },
  });
  return { model, events };
}

test('joined fills the model', () => {
  const { model, events } = joined();
  assert.deepEqual([...model.participants.keys()], ['ada', 'me']);
  assert.equal(model.me?.name, 'ME');
  assert.equal(model.layout?.canvas.width, 1280);
  assert.equal(model.server?.pingInterval, 5);
  assert.deepEqual(model.activeSpeakers, ['ada']);
  const names = events.map(([name]) => name);
  assert.ok(names.includes('rosterChanged') && names.includes('layoutChanged'));
});

test('people come, change and go', () => {
  const { model } = joined();
  const [[come]] = model.apply({ type: 'participantJoined', participant: person('bob') });
  const [[change]] = model.apply({
    type: 'participantUpdated',
    participant: { ...person('bob'), audioMuted: true },
  });
  const [[go, detail]] = model.apply({ type: 'participantLeft', identity: 'bob', reason: 'left' });
  assert.deepEqual(
    [come, change, go],
    ['participantJoined', 'participantUpdated', 'participantLeft'],
  );
  assert.equal(/** @type {any} */ (detail).participant.audioMuted, true);
  assert.equal(model.participants.size, 2);
});

test('an update of somebody unknown counts as joining', () => {
  const { model } = joined();
  const [[name]] = model.apply({ type: 'participantUpdated', participant: person('late') });
  assert.equal(name, 'participantJoined');
});

test('chat is kept, with the name from the roster when the message has none', () => {
  const { model } = joined();
  model.apply({ type: 'chat', from: 'ada', text: 'hi', at: '2026-01-01T00:00:00Z' });
  assert.equal(model.messages[0].name, 'ADA');
});

test('messages are numbered on, and mine stay mine under a new identity', () => {
  const { model } = joined();
  const say = (/** @type {string} */ from) =>
    model.apply({ type: 'chat', from, text: 'hi', at: '2026-01-01T00:00:00Z' });
  say('me');
  model.apply({ type: 'joined', participant: person('me2') });
  say('me2');
  say('ada');
  assert.deepEqual(
    model.messages.map(({ number, mine }) => [number, mine]),
    [
      [1, true],
      [2, true],
      [3, false],
    ],
  );
  for (let more = 0; more < 500; more += 1) say('ada');
  assert.equal(model.messages.length, 500);
  assert.equal(model.messages.at(-1)?.number, 503);
});

test('unknown messages and broken ones are ignored', () => {
  const { model } = joined();
  assert.deepEqual(model.apply({ type: 'fromTheFuture' }), []);
  assert.deepEqual(model.apply({ type: 'participantJoined' }), []);
  assert.deepEqual(model.apply({ type: 'layoutChanged' }), []);
});

test('a layout tells how many have no tile', () => {
  const { model } = joined();
  assert.equal(model.layout?.offCanvas, 0, 'of a server that does not say');
  const canvas = { width: 1280, height: 720 };
  model.apply({ type: 'layoutChanged', layout: 'grid', canvas, tiles: [], offCanvas: 12 });
  assert.equal(model.layout?.offCanvas, 12);
});

test('what a busy server leaves out is told when it changes', () => {
  const { model } = joined();
  const busy = { type: 'capacityChanged', level: 2, saved: ['framerate', 'rendition'] };
  const [[name, detail]] = model.apply(busy);
  assert.equal(name, 'capacityChanged');
  assert.deepEqual(detail, { capacity: { level: 2, saved: ['framerate', 'rendition'] } });
  assert.deepEqual(model.apply(busy), []);
  const back = model.apply({ type: 'capacityChanged', level: 0, saved: [] });
  assert.deepEqual(back, [['capacityChanged', { capacity: { level: 0, saved: [] } }]]);
});

test('what the room can do may change', () => {
  const { model } = joined();
  const features = { layouts: ['grid', 'stage'], screen: false };
  assert.deepEqual(model.apply({ type: 'featuresChanged', features }), [
    ['featuresChanged', { features }],
  ]);
  assert.deepEqual(model.server?.features, features);
  assert.equal(model.server?.pingInterval, 5);
});
