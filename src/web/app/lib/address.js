/** Rooms, invitations and wishes in the page's address. Pure. */

/**
 * @typedef {{
 *   room: string, name: string | null, token: string | undefined, autojoin: boolean,
 *   codec: string | undefined, audio: boolean, video: boolean,
 * }} Wishes
 */

/**
 * A token may come in the fragment, which browsers keep out of requests and so out of logs.
 *
 * @param {URL | Location} location
 * @returns {Wishes}
 */
export function readAddress(location) {
  const query = new URLSearchParams(location.search);
  const fragment = new URLSearchParams(location.hash.slice(1));
  return {
    room: roomOfPath(location.pathname),
    name: query.get('name'),
    token: fragment.get('token') ?? query.get('token') ?? undefined,
    autojoin: query.get('autojoin') === '1',
    codec: query.get('codec') ?? undefined,
    audio: query.get('audio') !== '0',
    video: query.get('video') !== '0',
  };
}

/** @param {string} path */
export function roomOfPath(path) {
  const match = /^\/r\/([^/]+)\/?$/.exec(path);
  if (!match) return '';
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return '';
  }
}

/** @param {string} room */
export function pathOfRoom(room) {
  return `/r/${encodeURIComponent(room)}`;
}

/**
 * What somebody typed, made into a room's name: a pasted link counts as its room.
 *
 * @param {string} text
 */
export function roomOfInput(text) {
  const typed = text.trim();
  const pasted = /^https?:\/\/[^/]+(\/r\/[^?#]+)/i.exec(typed);
  if (pasted) return roomOfPath(pasted[1]);
  return typed
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
}

const FIRST = ['quiet', 'bright', 'swift', 'gentle', 'silver', 'amber', 'early', 'northern'];
const SECOND = ['river', 'delta', 'harbour', 'meadow', 'spring', 'canyon', 'island', 'bridge'];

/** @param {() => number} [random] */
export function freshRoom(random = Math.random) {
  /** @param {string[]} words */
  const pick = words => words[Math.floor(random() * words.length)];
  return `${pick(FIRST)}-${pick(SECOND)}-${100 + Math.floor(random() * 900)}`;
}
