/** What errors and events mean, in the words of somebody who just wants to talk. Pure. */

/** @import { MediaKind } from '/sdk/tributary.js' */

const DEVICES = { audio: 'microphone', video: 'camera' };

/**
 * @param {MediaKind} kind
 * @param {unknown} error
 */
export function deviceProblem(kind, error) {
  const device = DEVICES[kind];
  switch (/** @type {{ name?: string }} */ (error)?.name) {
    case 'NotAllowedError':
      return `The browser does not let this page use your ${device}. Allow it beside the address bar, then choose it again.`;
    case 'NotFoundError':
      return `No ${device} was found. Plug one in, or join without.`;
    case 'NotReadableError':
    case 'AbortError':
      return `Your ${device} does not answer. Another program may be using it: close that and choose it again.`;
    case 'OverconstrainedError':
      return `The ${device} you chose is no longer there. Choose another.`;
    case 'SecurityError':
      return `A ${device} can be used on secure pages (https) only.`;
    default:
      return `Your ${device} could not be opened.`;
  }
}

/**
 * Why no screen is shared, after somebody asked for it.
 *
 * @param {unknown} error
 * @returns {{ text: string, tone: 'info' | 'error' }}
 */
export function screenProblem(error) {
  const { name, message = '' } = /** @type {{ name?: string, message?: string }} */ (error) ?? {};
  switch (name) {
    case 'NotAllowedError':
      // Chromium's words when it is the operating system that forbids it.
      if (/system/i.test(message)) {
        const text =
          "Your system does not let the browser record the screen. Allow it in the system's privacy settings.";
        return { text, tone: 'error' };
      }
      return { text: 'No screen was shared.', tone: 'info' };
    case 'NotSupportedError':
      return {
        text: 'This browser cannot share a screen. Chrome, Edge, Firefox and Safari on a computer can.',
        tone: 'error',
      };
    case 'TributaryError':
      return { text: message, tone: 'error' };
    default:
      return { text: 'The screen could not be captured. Choose another window.', tone: 'error' };
  }
}

/** @param {string} reason  of `screenChanged`; nothing is said of what the user has just done */
export function screenEnding(reason) {
  return reason === 'refused' ? 'Your screen is no longer shared: somebody else ended it.' : '';
}

/** @type {Record<string, string>} */
const JOIN_PROBLEMS = {
  unauthorized: 'This room needs an invitation. Open the link you were sent once more.',
  forbidden: 'You are not allowed into this room.',
  notFound: 'There is no room of this name.',
  roomFull: 'This room is full. Try again when somebody has left.',
  serverBusy: 'The server is busy. Try again in a moment.',
  rateLimited: 'That was a lot of tries. Wait a moment, then try again.',
  connectionLost: 'The server cannot be reached. Check your connection and try again.',
  timeout: 'The server took too long to answer. Try again.',
  unsupportedCodec: 'This browser and the server share no video format.',
};

/** @param {unknown} error */
export function joinProblem(error) {
  const { code = '', message = '' } =
    /** @type {{ code?: string, message?: string }} */ (error) ?? {};
  return JOIN_PROBLEMS[code] ?? (message || 'Joining did not work. Try again.');
}

/** @type {Record<string, string>} */
const ENDINGS = {
  left: 'You left the call',
  removed: 'You were removed from the call',
  roomClosed: 'The call has ended',
  roomEnded: 'The call has ended',
  duplicateIdentity: 'You joined from somewhere else',
};

/** @param {string} reason */
export function ending(reason) {
  return ENDINGS[reason] ?? 'The call was interrupted';
}

/** @param {number | undefined} score  5 excellent … 1 bad, 0 lost */
export function qualityWord(score) {
  if (score === undefined) return 'Measuring';
  return ['Lost', 'Bad', 'Poor', 'Fair', 'Good', 'Excellent'][score] ?? 'Unknown';
}

/** @param {number} bitsPerSecond */
export function bitrate(bitsPerSecond) {
  if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = parts.map(part => String(part).padStart(2, '0'));
  return parts[0]
    ? `${parts[0]}:${minutes}:${rest}`
    : `${hours === '00' ? '' : hours}${minutes}:${rest}`;
}

/** @type {Record<string, string>} */
const SAVED = {
  framerate: 'fewer frames',
  rendition: 'a smaller picture',
  tiles: 'fewer people shown',
};

/** @param {readonly string[]} saved  what the room leaves out on a busy server */
export function capacityWords(saved) {
  return saved.map(what => SAVED[what] ?? what).join(', ');
}

/** @param {{ saved: readonly string[] }} capacity */
export function capacityNotice({ saved }) {
  return saved.length
    ? `The server is busy: ${capacityWords(saved)} for now`
    : 'The server is no longer busy: full quality again';
}

/** @typedef {{ recordingId?: string, paused?: boolean } | null} Recorded */

/**
 * What those in the call are told when the recording changes; '' when it is nothing to them.
 *
 * @param {Recorded} before
 * @param {Recorded} now
 * @param {string} [error]  why it ended
 */
export function recordingNotice(before, now, error) {
  if (!now) {
    if (error) return `The recording has stopped: ${error}`;
    return before ? 'The recording has stopped' : '';
  }
  if (before?.recordingId !== now.recordingId) return 'The call is being recorded';
  if (Boolean(before?.paused) === Boolean(now.paused)) return '';
  return now.paused ? 'The recording is paused' : 'The recording goes on';
}
