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
      return `The browser does not let this page use your ${device}. Allow it beside the address bar, then try again.`;
    case 'NotFoundError':
      return `No ${device} was found. Plug one in and try again, or go without.`;
    case 'NotReadableError':
    case 'AbortError':
      return `Your ${device} does not answer. Another program may be using it: close that and try again.`;
    case 'OverconstrainedError':
      return `The ${device} you chose is no longer there. Choose another, or try again with the default one.`;
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

/** @param {MediaKind} kind  lost in the middle of a call: unplugged, or taken away */
export function lostNotice(kind) {
  const so = kind === 'audio' ? 'hears' : 'sees';
  return `Your ${DEVICES[kind]} was disconnected: nobody ${so} you. Plug it in or choose another (More, Microphone and camera), then turn it on.`;
}

/** @param {MediaKind} kind */
export function mutedNotice(kind) {
  return `A moderator has turned your ${DEVICES[kind]} off. You can turn it on again.`;
}

/** @param {boolean} isViewer  from now on, or no longer */
export function roleNotice(isViewer) {
  return isViewer
    ? 'You are a viewer: you see and hear the others, and they do not see or hear you'
    : 'You may speak and be seen now: turn your microphone and camera on when you want to';
}

/**
 * A name within a sentence: one that is written from the right does not turn the words beside it.
 *
 * @param {string} name
 */
export function inSentence(name) {
  const fromTheRight = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(name);
  return fromTheRight ? `\u2068${name}\u2069` : name;
}

/** @param {string} reason  of `screenChanged`; nothing is said of what the user has just done */
export function screenEnding(reason) {
  return reason === 'refused' ? 'Your screen is no longer shared: somebody else ended it.' : '';
}

/** Of names that cannot be made into a room's. */
export const ROOM_RULE =
  'A room’s name has up to 64 letters from A to Z, digits, dots, dashes and underscores. Choose another one.';

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
  invalidSdp: 'The server does not understand this browser. Try another one.',
  tooLarge: 'The server does not understand this browser. Try another one.',
  internal: 'Something went wrong on the server. Try again in a moment.',
};

/** @param {unknown} error */
export function joinProblem(error) {
  const { code = '', message = '' } =
    /** @type {{ code?: string, message?: string }} */ (error) ?? {};
  return JOIN_PROBLEMS[code] ?? (message || 'Joining did not work. Try again.');
}

/** By the server's `leave`, or by the error for which there was no way back. @type {Record<string, string>} */
const ENDINGS = {
  left: 'You left the call',
  removed: 'You were removed from the call',
  replaced: 'You joined from somewhere else',
  roomClosed: 'The call has ended',
  serverShutdown: 'The server was shut down',
  roomFailed: 'The call broke off: the server had a fault',
  notFound: 'The call has ended',
  roomFull: 'The room filled up while you were away',
  unauthorized: 'Your invitation is no longer valid',
  forbidden: 'You are no longer allowed into this room',
  unsupportedCodec: 'This browser and the server share no video format',
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

/**
 * Why the API refused: its own words, or the status where the answer is not its own, but a proxy's page.
 *
 * @param {number} status
 * @param {{ detail?: string } | null} body
 */
export function replyProblem(status, body) {
  if (body?.detail) return body.detail;
  if (status >= 502 && status <= 504) return 'The server cannot be reached.';
  return `The server could not answer (HTTP ${status}). Try again in a moment.`;
}

/** @param {unknown} error  of a fetch, or of reading what came */
export function fetchProblem(error) {
  if (error instanceof TypeError) return 'The server cannot be reached.';
  if (error instanceof SyntaxError) return 'The server’s answer cannot be read.';
  return error instanceof Error ? error.message : String(error);
}

/**
 * Why a recording does not play.
 *
 * @param {number | undefined} code  of the player's MediaError
 */
export function playProblem(code) {
  // MEDIA_ERR_NETWORK
  if (code === 2) return 'The recording could not be loaded to its end. Play it again.';
  return 'This browser cannot play this file. Save it, and open it in a player such as VLC or mpv.';
}
