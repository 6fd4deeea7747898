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

/** The server's rule (src/protocol/text_rules.cpp): no other name has a room, or a page under /r/. */
const ROOM_NAME = /^(?!\.)[A-Za-z0-9._-]{1,64}$/;

/**
 * What somebody typed, made into a room's name: a pasted link counts as its room. What the server takes stays as
 * it is, since two names are two rooms; anything else is written in ASCII, or is '' where letters would be lost.
 *
 * @param {string} text
 */
export function roomOfInput(text) {
  const typed = text.trim();
  const pasted = /^https?:\/\/[^/]+(\/r\/[^?#]+)/i.exec(typed);
  if (!pasted && /^https?:\/\//i.test(typed)) return '';
  const wanted = pasted ? roomOfPath(pasted[1]) : typed;
  const name = ROOM_NAME.test(wanted) ? wanted : inAscii(wanted);
  return ROOM_NAME.test(name) ? name : '';
}

/** Letters that NFKD does not take apart. @type {Record<string, string>} */
const PLAIN = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };

/** @param {string} text */
function inAscii(text) {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøłđðþı]/g, letter => PLAIN[letter]);
  // Without them names in Cyrillic, say, would all be one.
  if (/[^\P{L}a-z]|[^\P{N}0-9]/u.test(plain)) return '';
  return plain.replace(/[^a-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '');
}

const FIRST = ['quiet', 'bright', 'swift', 'gentle', 'silver', 'amber', 'early', 'northern'];
const SECOND = ['river', 'delta', 'harbour', 'meadow', 'spring', 'canyon', 'island', 'bridge'];

/** @param {() => number} [random] */
export function freshRoom(random = Math.random) {
  /** @param {string[]} words */
  const pick = words => words[Math.floor(random() * words.length)];
  return `${pick(FIRST)}-${pick(SECOND)}-${100 + Math.floor(random() * 900)}`;
}
