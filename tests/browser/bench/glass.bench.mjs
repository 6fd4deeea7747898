/**
 * Glass to glass: a clock painted into one page's camera, read out of the mix at another page. Beside it the
 * same between the same pages without a mixer, which is what the browser alone costs.
 */
import { gather } from '../support/call.mjs';
import { pause, until } from '../support/until.mjs';
import { bench, spread } from './figures.mjs';

const WINDOW = Number(process.env.GLASS_WINDOW ?? 15_000);
const CHURN = Number(process.env.GLASS_CHURN ?? 20);
const profile = { canvas: { width: 1280, height: 720, framerate: 30 } };

await bench('glass to glass', { profile }, async ({ server, chromium }) => {
  const browser = await chromium();
  const [ada, ben] = await gather(browser, 2);

  await callDirectly(server, ada, ben);
  await pause(4000);
  const direct = await ben.watch(WINDOW, { tiles: true, selector: '#peer' });
  console.log(`peer to peer:         ${spread(direct.tiles.peer.ages)}, ${direct.fps.toFixed(1)} fps`);
  await ada.evaluate(() => window.testPeer.close());
  await ben.evaluate(() => window.testPeer.close());

  await ada.join(server, 'demo');
  await ben.join(server, 'demo');
  await ben.sees([ada, ben]);
  await pause(5000);
  await measure('mix:                 ', ada, ben);

  for (let count = 0; count < CHURN; count += 1) {
    const [guest] = await gather(browser, 1, { first: 2 });
    await guest.join(server, 'demo');
    await guest.closePage();
  }
  await ben.sees([ada, ben]);
  await pause(5000);
  await measure(`mix after ${CHURN} guests: `, ada, ben);
});

async function measure(what, ada, ben) {
  const watch = await ben.watch(WINDOW, { tiles: true });
  const { ages, distinct } = watch.tiles[ada.name];
  const moving = (distinct / watch.seconds).toFixed(1);
  console.log(`${what}${spread(ages)}, ${watch.fps.toFixed(1)} fps, ${moving} distinct (issue: 130, 180)`);
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
