/**
 * The mixer's part, played inside the page: answers the SDK's offers (which the dev server passes on)
 * with a drawn picture of the layout. Development only.
 */
const WIDTH = 1280;
const HEIGHT = 720;
const COLOURS = ['#24505a', '#2f4468', '#4a3a6b', '#6b3a5a', '#6b4a2f', '#2f5c45'];

const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
const socket = new WebSocket(`ws://${location.host}/mock`);
let scene = { tiles: [], participants: [] };
let peer;

socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.type === 'offer') answer(message);
  else if (message.type === 'candidate') addCandidate(message);
  else if (message.type === 'scene') scene = message;
  else if (message.type === 'hangUp') peer?.close();
};

async function answer({ sdp }) {
  peer?.close();
  peer = new RTCPeerConnection();
  const stream = canvas.captureStream(25);
  stream.addTrack(silence());
  peer.onicecandidate = ({ candidate }) => {
    if (candidate) socket.send(JSON.stringify({ type: 'candidate', ...candidate.toJSON() }));
  };
  await peer.setRemoteDescription({ type: 'offer', sdp });
  for (const transceiver of peer.getTransceivers()) {
    const { kind } = transceiver.receiver.track;
    transceiver.direction = 'sendrecv';
    await transceiver.sender.replaceTrack(stream.getTracks().find(track => track.kind === kind));
  }
  await peer.setLocalDescription();
  socket.send(JSON.stringify({ type: 'answer', sdp: peer.localDescription.sdp }));
}

function addCandidate({ candidate, sdpMid, sdpMLineIndex }) {
  peer?.addIceCandidate({ candidate: candidate ?? '', sdpMid, sdpMLineIndex }).catch(() => {});
}

function silence() {
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  gain.gain.value = 0.001;
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  return destination.stream.getAudioTracks()[0];
}

function draw() {
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#0c1012';
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  scene.tiles.forEach((tile, index) => {
    drawTile(pen, tile, index);
  });
}

function drawTile(pen, tile, index) {
  const [x, y] = [tile.left * WIDTH + 4, tile.top * HEIGHT + 4];
  const [w, h] = [tile.width * WIDTH - 8, tile.height * HEIGHT - 8];
  const who = scene.participants.find(({ identity }) => identity === tile.identity);
  const name = who?.name ?? tile.identity;
  const shade = pen.createLinearGradient(x, y, x + w, y + h);
  shade.addColorStop(0, COLOURS[index % COLOURS.length]);
  shade.addColorStop(1, '#14191d');
  pen.fillStyle = shade;
  pen.beginPath();
  pen.roundRect(x, y, w, h, 12);
  pen.fill();
  pen.save();
  pen.clip();
  drawFigure(pen, x + w / 2, y + h, Math.min(w, h), performance.now() / 900 + index);
  pen.restore();
  pen.fillStyle = 'rgb(10 13 15 / 70%)';
  pen.font = '500 20px sans-serif';
  pen.beginPath();
  pen.roundRect(x + 12, y + h - 44, pen.measureText(name).width + 24, 32, 8);
  pen.fill();
  pen.fillStyle = '#fff';
  pen.fillText(name, x + 24, y + h - 22);
}

function drawFigure(pen, x, bottom, size, phase) {
  const sway = Math.sin(phase) * size * 0.015;
  pen.fillStyle = 'rgb(255 255 255 / 20%)';
  pen.beginPath();
  pen.ellipse(x + sway, bottom, size * 0.38, size * 0.36, 0, 0, 7);
  pen.fill();
  pen.beginPath();
  pen.ellipse(x + sway * 1.5, bottom - size * 0.53, size * 0.15, size * 0.18, 0, 0, 7);
  pen.fill();
}

setInterval(draw, 40);
