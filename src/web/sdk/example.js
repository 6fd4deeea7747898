import { Room } from './tributary.js';

const room = new Room();
/** @param {string} id */
const find = id => /** @type {any} */ (document.getElementById(id));

room.on('mixChanged', ({ mix }) => {
  find('mix').srcObject = mix;
});
room.on('stateChanged', ({ state, reason }) => {
  find('state').textContent = reason ? `${state}: ${reason}` : state;
  find('mute').disabled = find('leave').disabled = state === 'idle' || state === 'left';
});
room.on('mediaChanged', () => {
  find('mute').textContent = room.media.audioMuted ? 'Unmute' : 'Mute';
});
room.on('warning', ({ error }) => console.warn(error));

find('form').onsubmit = async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const { room: name, name: me } = Object.fromEntries(new FormData(find('form')));
  try {
    await room.join({ room: String(name), name: String(me) });
  } catch (error) {
    find('state').textContent = String(error);
  }
};
find('mute').onclick = () => room.setMuted('audio', !room.media.audioMuted);
find('leave').onclick = () => room.leave();
