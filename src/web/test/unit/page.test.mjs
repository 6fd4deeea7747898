import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  freshRoom,
  pathOfRoom,
  readAddress,
  roomOfInput,
  roomOfPath,
} from '../../app/lib/address.js';
import { deviceToOpen } from '../../app/lib/devices.js';
import { layoutChoices, spotlightLayout } from '../../app/lib/layouts.js';
import { tileBoxes } from '../../app/lib/overlay.js';
import { actionOf, isComposing } from '../../app/lib/shortcuts.js';
import {
  bitrate,
  deviceProblem,
  duration,
  ending,
  fetchProblem,
  inSentence,
  joinProblem,
  playProblem,
  recordingNotice,
  replyProblem,
  screenProblem,
} from '../../app/lib/words.js';
import { gresource } from '../list-resources.mjs';
import { servedFiles, webRoot } from '../manifest.mjs';

/** @param {string} identity */
const person = (identity, more = {}) =>
  /** @type {any} */ ({ identity, name: identity.toUpperCase(), ...more });

test('tiles come in reading order, labelled, and stay inside the canvas', () => {
  const tile = (
    /** @type {string} */ identity,
    /** @type {number} */ left,
    /** @type {number} */ top,
  ) => /** @type {any} */ ({ identity, source: 'camera', left, top, width: 1 / 3, height: 0.5 });
  const layout = {
    layout: 'grid',
    canvas: { width: 1280, height: 720 },
    tiles: [tile('c', 0, 0.5), tile('b', 2, 0), tile('a', 0, 0)],
    offCanvas: 0,
  };
  const people = new Map([
    ['a', person('a', { audioMuted: true })],
    ['c', person('c', { handRaised: true })],
  ]);
  const boxes = tileBoxes(layout, people, ['c'], 'a');
  assert.deepEqual(
    boxes.map(({ label }) => label),
    ['A (you), microphone off', 'b', 'C, talking, hand raised'],
  );
  assert.equal(boxes[0].style.width, '33.333%');
  assert.equal(boxes[1].style.left, '100%');
  assert.deepEqual(
    boxes.map(({ speaking }) => speaking),
    [false, false, true],
  );
  const screen = /** @type {any} */ ({ ...tile('c', 0.5, 0), source: 'screen' });
  const [shared] = tileBoxes({ ...layout, tiles: [screen] }, people, ['c'], 'a');
  assert.deepEqual(
    [shared.label, shared.speaking, shared.handRaised, shared.corner],
    ['Screen of C', false, false, 'from-top from-right'],
  );
  assert.deepEqual(tileBoxes(null, people, [], undefined), []);
});

test('a room in the address, there and back', () => {
  assert.equal(roomOfPath(pathOfRoom('küche 7/a')), 'küche 7/a');
  assert.equal(roomOfPath('/r/%E0%A4%A'), '');
  assert.equal(roomOfPath('/other'), '');
  const wishes = readAddress(
    new URL('http://x/r/demo?name=Ada&autojoin=1&video=0&codec=VP8#token=t'),
  );
  assert.deepEqual(wishes, {
    room: 'demo',
    name: 'Ada',
    token: 't',
    autojoin: true,
    codec: 'VP8',
    audio: true,
    video: false,
  });
});

test('a name that the server takes stays as it is: another would be another room', () => {
  for (const name of ['Standup', 'team.a', 'a_b-c', '-x-', '7', 'x'.repeat(64)]) {
    assert.equal(roomOfInput(name), name);
    assert.equal(roomOfInput(`https://call.example/r/${name}?x=1#token=t`), name);
  }
});

test('other names are written in ASCII, or refused where letters would be lost', () => {
  assert.equal(roomOfInput('Große Küche, früh'), 'grosse-kuche-fruh');
  assert.equal(roomOfInput('Ångström №5'), 'angstrom-no5');
  assert.equal(roomOfInput('https://call.example/r/K%C3%BCche'), 'kuche');
  assert.equal(roomOfInput('..hidden'), 'hidden');
  assert.equal(roomOfInput('party 🎉'), 'party');
  for (const lost of [
    'Встреча',
    'Встреча 7',
    '会议 a',
    '!?',
    'x'.repeat(65),
    'https://a.example/b',
  ]) {
    assert.equal(roomOfInput(lost), '', lost);
  }
});

test('whatever comes of a name has a page of its own', () => {
  const rule = /^(?!\.)[A-Za-z0-9._-]{1,64}$/;
  for (const typed of ['a/b', 'a..b ', ' .a', 'é', 'ﬁ', '½', 'İstanbul', '%2f', 'a\u0000b', '①']) {
    const name = roomOfInput(typed);
    assert.ok(name === '' || rule.test(name), `${typed} became ${name}`);
  }
});

test('what people type becomes a room name', () => {
  assert.equal(roomOfInput('  Weekly Sync! '), 'weekly-sync');
  assert.equal(roomOfInput('https://call.example/r/demo?x=1'), 'demo');
  assert.match(
    freshRoom(() => 0.5),
    /^[a-z]+-[a-z]+-\d{3}$/,
  );
});

test('single keys act, but not while typing or with modifiers', () => {
  assert.equal(actionOf({ key: 'm' }), 'mic');
  assert.equal(actionOf({ key: '?' }), 'help');
  assert.equal(actionOf({ key: 'c', ctrlKey: true }), null);
  assert.equal(actionOf({ key: 'm', target: { tagName: 'TEXTAREA' } }), null);
});

test("keys of an input method's are told, Safari's too", () => {
  assert.ok(isComposing({ isComposing: true, keyCode: 13 }));
  assert.ok(isComposing({ isComposing: false, keyCode: 229 }));
  assert.equal(isComposing({ isComposing: false, keyCode: 13 }), false);
});

test('errors and numbers in words', () => {
  assert.match(deviceProblem('video', { name: 'NotReadableError' }), /camera.*another program/i);
  assert.match(joinProblem({ code: 'roomFull' }), /full/);
  assert.equal(joinProblem({ code: 'new', message: 'Told by the server.' }), 'Told by the server.');
  assert.equal(bitrate(1_250_000), '1.3 Mbit/s');
  assert.equal(duration(65), '01:05');
  assert.equal(duration(3725), '1:02:05');
});

test('web.gresource.xml is up to date and names files that exist', () => {
  const now = readFileSync(`${webRoot}/web.gresource.xml`, 'utf8');
  assert.equal(now, gresource(), 'run: npm run resources');
  for (const [alias, file] of servedFiles()) assert.ok(existsSync(file), alias);
});

test('every icon that the page uses is in the set', () => {
  const set = readFileSync(`${webRoot}/app/icons.svg`, 'utf8');
  const sources = [...servedFiles().values()].filter(file => /app\/.*\.js$/.test(file));
  const used = sources.flatMap(file => [
    ...readFileSync(file, 'utf8').matchAll(
      /<\$\{Icon\} name="([^"]+)"|icon[:=] ?['"]([\w-]+)['"]/g,
    ),
  ]);
  assert.ok(used.length > 20);
  for (const [, name, other] of used) {
    assert.ok(set.includes(`id="${name ?? other}"`), name ?? other);
  }
});

test('layouts in the order of the menu, own ones last, that for screens while there is one', () => {
  const names = ['screen-share', 'stage_left', 'speaker', 'grid'];
  assert.deepEqual(
    layoutChoices(names, false).map(({ label }) => label),
    ['Grid', 'Speaker', 'Stage left'],
  );
  assert.equal(layoutChoices(names, true).length, 4);
});

test('a spotlight goes where it is seen', () => {
  const layouts = ['grid', 'speaker', 'pip', 'screen-share', 'wall', 'podium'];
  const spotlightLayouts = ['speaker', 'pip', 'podium'];
  const features = { layouts, spotlightLayouts };
  assert.equal(spotlightLayout(features, 'pip'), 'pip');
  assert.equal(spotlightLayout(features, 'podium'), 'podium');
  for (const level of ['grid', 'screen-share', 'wall', '']) {
    assert.equal(spotlightLayout(features, level), 'speaker', level);
  }
  const own = { layouts: ['grid', 'podium'], spotlightLayouts: ['podium'] };
  assert.equal(spotlightLayout(own, 'grid'), 'podium');
  assert.equal(spotlightLayout({ layouts: ['grid'], spotlightLayouts: [] }, 'grid'), undefined);
});

test('of a server that does not say where a spotlight is seen, the built-in layouts are known', () => {
  assert.equal(spotlightLayout({ layouts: ['grid', 'speaker'] }, 'screen-share'), 'speaker');
  assert.equal(spotlightLayout({ layouts: ['grid', 'speaker', 'wall'] }, 'wall'), 'wall');
});

test('the device of before is opened while it is there, else any', () => {
  const present = [{ deviceId: 'a' }, { deviceId: 'b' }];
  assert.equal(deviceToOpen('b', present), 'b');
  assert.equal(deviceToOpen('gone', present), true);
  assert.equal(deviceToOpen('unknown', [{ deviceId: '' }]), 'unknown', 'no ids without access');
  assert.equal(deviceToOpen(true, present), true);
  assert.equal(deviceToOpen(false, present), true, 'who wants one now has changed their mind');
});

test('names written from the right are set apart from the sentence around them', () => {
  assert.equal(inSentence('Ada'), 'Ada');
  assert.equal(inSentence('עדה'), '\u2068עדה\u2069');
});

test('every way out of a call has words', () => {
  // protocol.md: leave.reason, and the errors that do not pass.
  const reasons = ['left', 'removed', 'replaced', 'roomClosed', 'roomFailed', 'serverShutdown'];
  const errors = ['unauthorized', 'forbidden', 'notFound', 'roomFull', 'unsupportedCodec'];
  for (const reason of [...reasons, ...errors]) {
    assert.notEqual(ending(reason), ending('news'), reason);
  }
});

test('an API that does not answer, or answers with a page of a proxy, in words', () => {
  assert.equal(replyProblem(409, { detail: 'Told by the API.' }), 'Told by the API.');
  assert.match(replyProblem(502, null), /cannot be reached/);
  assert.match(replyProblem(500, null), /HTTP 500/);
  assert.match(fetchProblem(new TypeError('Failed to fetch')), /cannot be reached/);
  assert.match(fetchProblem(new SyntaxError('Unexpected token <')), /cannot be read/);
  assert.equal(fetchProblem(new Error('as told')), 'as told');
  assert.match(playProblem(4), /Save it/);
  assert.match(playProblem(2), /loaded/);
});

test('why no screen is shared, in words', () => {
  const refused = new DOMException('Permission denied', 'NotAllowedError');
  assert.equal(screenProblem(refused).tone, 'info');
  const bySystem = new DOMException('Permission denied by system', 'NotAllowedError');
  assert.match(screenProblem(bySystem).text, /privacy settings/);
  assert.match(screenProblem(new DOMException('', 'NotSupportedError')).text, /cannot share/);
});

test('a recording is told when it starts, pauses, goes on and ends, and why', () => {
  const first = { recordingId: 'r1' };
  const paused = { ...first, paused: true };
  assert.equal(recordingNotice(null, first), 'The call is being recorded');
  assert.equal(recordingNotice(first, { ...first }), '', 'its status is nothing to people');
  assert.equal(recordingNotice(first, paused), 'The recording is paused');
  assert.equal(recordingNotice(paused, first), 'The recording goes on');
  assert.equal(recordingNotice(first, { recordingId: 'r2' }), 'The call is being recorded');
  assert.equal(recordingNotice(first, null), 'The recording has stopped');
  assert.equal(recordingNotice(first, null, 'disk full'), 'The recording has stopped: disk full');
  assert.equal(recordingNotice(null, null), '');
});
