/**
 * Glass to glass: a clock painted into one page's camera, read out of the mix at another page. Beside it the
 * same between the same pages without a mixer, which is what the browser alone costs. Then the same after
 * others came and went: light guests (tributary-load, a process of their own), and pages in the very browser
 * that measures, which starve it on a small machine whoever mixes; the plain call after such pages shows that.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { gather } from '../support/call.mjs';
import { program } from '../support/server.mjs';
import { pause, until } from '../support/until.mjs';
import { bench, spread } from './figures.mjs';

const WINDOW = Number(process.env.GLASS_WINDOW ?? 12_000);
const CHURN = Number(process.env.GLASS_CHURN ?? 20);
/** Which parts to run, for a machine that one has for a few minutes only. */
const PARTS = (process.env.GLASS_PARTS ?? 'guests,pages,direct').split(',');
const profile = { canvas: { width: 1280, height: 720, framerate: 30 } };

await bench('glass to glass', { profile }, async ({ server, chromium }) => {
  const browser = await chromium();
  const [ada, ben] = await gather(browser, 2);
  await ada.join(server, 'demo');
  await ben.join(server, 'demo');
  await ben.sees([ada, ben]);
  await pause(5000);
  await measure('mix', ada, ben);
  if (PARTS.includes('guests')) {
    for (let count = 0; count < CHURN; count += 1) await lightGuest(server);
    await ben.sees([ada, ben]);
    await measure(`mix after ${CHURN} light guests`, ada, ben);
  }
  if (PARTS.includes('pages')) {
    await pagesComeAndGo(browser, server);
    await ben.sees([ada, ben]);
    await pause(5000);
    await measure(`mix after ${CHURN} pages`, ada, ben);
  }
  if (!PARTS.includes('direct')) return;
  await ada.leave();
  await ben.leave();

  await callDirectly(server, ada, ben);
  await pause(4000);
  await measureDirect('peer to peer', ben);
  await pagesComeAndGo(browser, server);
  await pause(5000);
  await measureDirect(`peer to peer after ${CHURN} pages`, ben);
});

async function measure(what, ada, ben) {
  const watch = await ben.watch(WINDOW, { tiles: true });
  const { ages, distinct } = watch.tiles[ada.name];
  const moving = (distinct / watch.seconds).toFixed(1);
  print(what, `${spread(ages)}, ${watch.fps.toFixed(1)} fps, ${moving} distinct (issue: 130, 180)`);
}

async function measureDirect(what, ben) {
  const watch = await ben.watch(WINDOW, { tiles: true, selector: '#peer' });
  print(what, `${spread(watch.tiles.peer.ages)}, ${watch.fps.toFixed(1)} fps`);
}

function print(what, figures) {
  console.log(`${`${what}:`.padEnd(30)}${figures}`);
}

async function lightGuest(server) {
  const options = ['--senders=1', '--duration=1', '--warmup=0', '--probes=0', '--clocks=0', '--quiet'];
  const guest = spawn(program('tributary-load'), [`--url=${server.url}`, '--room=demo', ...options]);
  const [code] = await once(guest, 'exit');
  if (code !== 0) throw new Error(`tributary-load ended with ${code}`);
}

/** They join a room while they are there; when no one else does, only the machine feels it. */
async function pagesComeAndGo(browser, server) {
  for (let count = 0; count < CHURN; count += 1) {
    const [guest] = await gather(browser, 1, { first: 2 });
    await guest.join(server, 'demo');
    await guest.closePage();
  }
}

/** A plain call of one page to the other: one camera, one microphone, the shortest jitter buffer. */
async function callDirectly(server, from, to) {
  for (const person of [from, to]) await person.page.goto(`${server.url}/`);
  await from.evaluate(async () => {
    const peer = new RTCPeerConnection();
    window.testPeer = peer;
    window.candidates = [];
    peer.onicecandidate = ({ candidate }) => candidate && window.candidates.push(candidate.toJSON());
    const camera = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    for (const track of camera.getTracks()) peer.addTrack(track, camera);
    await peer.setLocalDescription();
  });
  await to.evaluate(() => {
    const peer = new RTCPeerConnection();
    window.testPeer = peer;
    window.candidates = [];
    const video = Object.assign(document.createElement('video'), { id: 'peer', autoplay: true });
    document.body.prepend(video);
    peer.onicecandidate = ({ candidate }) => candidate && window.candidates.push(candidate.toJSON());
    peer.ontrack = ({ streams, receiver }) => {
      receiver.jitterBufferTarget = 0;
      [video.srcObject] = streams;
    };
  });
  const describe = person => person.evaluate(() => window.testPeer.localDescription.toJSON());
  const accept = (person, description) =>
    person.evaluate(async other => {
      await window.testPeer.setRemoteDescription(other);
      if (other.type === 'offer') await window.testPeer.setLocalDescription();
    }, description);
  await until('candidates', () => from.evaluate(() => window.testPeer.iceGatheringState === 'complete'));
  await accept(to, await describe(from));
  await until('candidates', () => to.evaluate(() => window.testPeer.iceGatheringState === 'complete'));
  await accept(from, await describe(to));
  await to.until('the other', () => document.getElementById('peer').videoWidth > 0);
}
