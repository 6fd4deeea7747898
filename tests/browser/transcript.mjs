/**
 * Prints what goes over a page's WebSocket in a call against the real server: the transcript in docs/protocol.md.
 * `node transcript.mjs`; long texts are shortened, `→` is the client.
 */
import { launchChromium } from './support/browsers.mjs';
import { PEOPLE } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { until } from './support/until.mjs';

const LONGEST = 130;

/** SDP by its first line and its size; other texts as they are, up to a length. */
function shorten(key, value) {
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toFixed(4));
  if (typeof value !== 'string') return value;
  if (key === 'sdp') return `${value.slice(0, 5)}… ${value.length} characters`;
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
}

/** What was said so far. @type {{ arrow: string, message: any }[]} */
const said = [];
const heard = (type, times = 1) => said.filter(({ arrow, message }) => arrow === '←' && message.type === type).length >= times;
const note = arrow => ({ payload }) => {
  const { type, ...fields } = JSON.parse(String(payload));
  said.push({ arrow, message: { type, ...fields } });
};

const server = await startServer();
const browser = await launchChromium();
try {
  const [ada, ben, cleo] = await Promise.all(PEOPLE.slice(0, 3).map(who => browser.newPerson(who)));
  ada.page.on('websocket', socket => {
    socket.on('framesent', note('→'));
    socket.on('framereceived', note('←'));
  });
  await ada.join(server, 'demo');
  for (const type of ['requestVideo', 'activeSpeakers']) await until(type, () => heard(type));
  await ben.join(server, 'demo');
  await cleo.join(server, 'demo');
  await until('a request for less', () => heard('requestVideo', 2));
  await ada.evaluate(() => window.tributary.room.chat('hello'));
  await ben.leave();
  await until('the goodbye', () => heard('participantLeft'));
  await ada.leave();
  await until('our own', () => said.some(({ arrow, message }) => arrow === '→' && message.type === 'leave'));
} finally {
  await browser.close();
  await server.stop();
}
for (const { arrow, message } of said) console.log(arrow, JSON.stringify(message, shorten));
