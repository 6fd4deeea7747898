/** @import { DeviceChoice, MediaKind } from './tributary.js' */

/** The mixer shows a camera as one tile of many: more pixels would be scaled away. */
const VIDEO = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 30, max: 30 } };
const AUDIO = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: { ideal: 1 },
};

/**
 * @param {MediaKind} kind
 * @param {DeviceChoice} choice
 * @returns {MediaStreamConstraints}
 */
export function constraintsFor(kind, choice) {
  const base = kind === 'audio' ? AUDIO : VIDEO;
  return { [kind]: typeof choice === 'string' ? { ...base, deviceId: { exact: choice } } : base };
}

/**
 * @param {MediaKind} kind
 * @param {DeviceChoice} choice
 * @returns {Promise<MediaStreamTrack>} rejects with the browser's DOMException
 */
export async function openTrack(kind, choice) {
  if (!navigator.mediaDevices) {
    throw new DOMException('Devices are open to secure pages only.', 'SecurityError');
  }
  const stream = await navigator.mediaDevices.getUserMedia(constraintsFor(kind, choice));
  const [track] = stream.getTracks();
  track.contentHint = kind === 'audio' ? 'speech' : 'motion';
  return track;
}

/**
 * The cameras or microphones; labels are empty before the user has granted access.
 *
 * @param {MediaKind} kind
 * @returns {Promise<MediaDeviceInfo[]>}
 */
export async function listDevices(kind) {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all.filter(device => device.kind === `${kind}input`);
}
