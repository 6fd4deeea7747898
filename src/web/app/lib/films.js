/**
 * Recordings, their parts and chapters. Pure.
 *
 * @typedef {{ filename: string, duration: number, size: number, start?: number, finished?: boolean,
 *   removed?: boolean }} File
 * @typedef {{ recordingId: string, room: string, status: string, container: string, startedAt: string,
 *   duration: number, size: number, files: File[], error: string | null, progress?: number }} Film
 * @typedef {{ at: number, title: string }} Chapter
 */

/** @param {Film} film @param {string} name */
export const addressOf = (film, name) =>
  `/v1/recordings/${encodeURIComponent(film.recordingId)}/files/${encodeURIComponent(name)}`;

/** @param {Film} film */
export const isOver = film => !['starting', 'active', 'ending'].includes(film.status);

/** Whether it is whole, and here. @param {File} file */
export const isPlayable = file => file.finished !== false && !file.removed;

/**
 * The part that has this time of the recording; undefined where that cannot be played.
 *
 * @param {readonly File[]} files  in their order
 * @param {number} at  seconds
 */
export function partAt(files, at) {
  const part = files.findLast(({ start = 0 }) => start <= at) ?? files[0];
  return part && isPlayable(part) ? part : undefined;
}

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map(part =>
    String(part).padStart(2, '0'),
  );
  const hours = Math.floor(whole / 3600);
  return [...(hours ? [hours] : []), ...parts].join(':');
}

/** @param {number} bytes */
export const size = bytes =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Starts and titles of WebVTT cues.
 *
 * @param {string} text
 * @returns {Chapter[]}
 */
export function parseChapters(text) {
  const cue = /(\d+):(\d\d):(\d\d\.\d+) --> .*\n(.*)/g;
  const plain = (/** @type {string} */ title) =>
    title.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return [...text.matchAll(cue)].map(([, hours, minutes, seconds, title]) => ({
    at: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
    title: plain(title ?? ''),
  }));
}
