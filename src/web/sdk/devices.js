/** @import { DeviceChoice, MediaKind, ScreenLimits } from './tributary.js' */

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
 * Lets the user choose a screen, window or tab.
 *
 * @param {ScreenLimits} limits
 * @returns {Promise<MediaStreamTrack>} rejects with the browser's DOMException
 */
export async function openScreen({ maxWidth, maxHeight, maxFramerate }) {
  if (!navigator.mediaDevices?.getDisplayMedia) {
    throw new DOMException('This browser cannot share a screen.', 'NotSupportedError');
  }
  const options = {
    video: {
      width: { max: maxWidth },
      height: { max: maxHeight },
      frameRate: { max: maxFramerate },
    },
    audio: false,
    // A page that shows itself shows itself in itself.
    selfBrowserSurface: 'exclude',
    surfaceSwitching: 'include',
  };
  const stream = await navigator.mediaDevices.getDisplayMedia(options);
  return stream.getVideoTracks()[0];
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
