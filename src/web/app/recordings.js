/** The page that lists recordings and plays them: `/recordings.html`, of one room with `?room=`. */
import { Logo } from './ui/controls.js';
import { html, render, signal, View } from './ui/view.js';
import { hasSignedIn, SignIn, signOut } from './views/sign-in.js';

/**
 * @typedef {{ filename: string, duration: number, size: number, start?: number, finished?: boolean,
 *   removed?: boolean }} File
 * @typedef {{ recordingId: string, room: string, status: string, container: string, startedAt: string,
 *   duration: number, size: number, files: File[], error: string | null, progress?: number }} Film
 * @typedef {{ at: number, title: string }} Chapter
 */

const REFRESH = 3000;
const REFRESH_SOON = 1000;
const room = new URLSearchParams(location.search).get('room') ?? '';

const films = signal(/** @type {Film[] | null} */ (null));
const problem = signal('');
const playing = signal(/** @type {{ film: Film, file: File } | null} */ (null));
const chapters = signal(/** @type {Chapter[]} */ ([]));
/** Whether the server wants its token first, and whether it has been shown it. */
const locked = signal(false);
const signedIn = signal(false);

/** @param {Film} film @param {string} name */
const addressOf = (film, name) =>
  `/v1/recordings/${encodeURIComponent(film.recordingId)}/files/${encodeURIComponent(name)}`;

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

async function refresh() {
  try {
    const reply = await fetch(`/v1/recordings${room ? `?room=${encodeURIComponent(room)}` : ''}`);
    const body = await reply.json();
    locked.value = reply.status === 401;
    if (locked.value) return lock();
    if (!reply.ok) throw new Error(body.detail ?? reply.statusText);
    films.value = body.recordings;
    problem.value = '';
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

/** Nothing of what was listed stays on the screen. */
function lock() {
  films.value = null;
  playing.value = null;
  signedIn.value = false;
  problem.value = '';
}

async function unlock() {
  await refresh();
  signedIn.value = await hasSignedIn();
}

async function leave() {
  await signOut();
  await refresh();
}

/** @param {Film} film @param {File} file */
async function play(film, file) {
  playing.value = { film, file };
  chapters.value = [];
  const base = (film.files[0]?.filename ?? '').replace(/\.[^.]+$/, '');
  const reply = await fetch(addressOf(film, `${base}.chapters.vtt`));
  if (reply.ok) chapters.value = parseChapters(await reply.text());
}

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

/**
 * Goes to a time of the recording, in the part that has it.
 *
 * @param {number} at
 */
function seek(at) {
  const now = playing.value;
  const player = document.querySelector('video');
  if (!now || !player) return;
  const file = now.film.files.findLast(({ start = 0 }) => start <= at) ?? now.file;
  const to = Math.max(0, at - (file.start ?? 0));
  if (file.filename === now.file.filename) {
    player.currentTime = to;
    return;
  }
  playing.value = { film: now.film, file };
  // The new part's player takes a moment to come.
  requestAnimationFrame(() => {
    const next = document.querySelector('video');
    next?.addEventListener('loadedmetadata', () => (next.currentTime = to), { once: true });
  });
}

class Films extends View {
  /** @override */
  view() {
    const list = films.value;
    return html`<main class="films">
      <header>
        <${Logo} />
        <h1>Recordings${room && ` of ${room}`}</h1>
        ${signedIn.value && html`<button type="button" class="button" onClick=${leave}>Sign out</button>`}
      </header>
      ${locked.value && html`<${SignIn} onSignedIn=${unlock} />`}
      ${problem.value && html`<p role="alert">${problem.value}</p>`}
      ${playing.value && html`<${Player} />`}
      ${list?.length === 0 && html`<p>Nothing has been recorded yet.</p>`}
      ${Boolean(list?.length) && html`<${List} />`}
    </main>`;
  }
}

class Player extends View {
  /** @override */
  view() {
    const now = playing.value;
    if (!now) return null;
    return html`<section aria-label="Player">
      <video controls autoplay src=${addressOf(now.film, now.file.filename)} key=${now.file.filename} />
      <div class="chapters">
        ${chapters.value.map(
          ({
            at,
            title,
          }) => html`<button type="button" class="button" key=${at} onClick=${() => seek(at)}>
            ${clock(at)} ${title}
          </button>`,
        )}
      </div>
    </section>`;
  }
}

class List extends View {
  /** @override */
  view() {
    return html`<table>
      <thead>
        <tr><th>Room</th><th>Begun</th><th>Length</th><th>Size</th><th>State</th><th>Files</th></tr>
      </thead>
      <tbody>
        ${films.value?.map(film => html`<${Row} film=${film} key=${film.recordingId} />`)}
      </tbody>
    </table>`;
  }
}

/** @param {{ film: Film, file: File, index: number }} props */
function FileButtons({ film, file, index }) {
  if (file.finished === false) return null;
  if (file.removed) return html`<span key=${file.filename}>uploaded</span>`;
  return html`<span key=${file.filename}>
    <button type="button" class="button" onClick=${() => play(film, file)}>
      Play${film.files.length > 1 ? ` part ${index + 1}` : ''}
    </button>
    <a class="button" href="${addressOf(film, file.filename)}?download=1" download>Save</a>
  </span>`;
}

/** @param {Film} film */
function stateOf({ status, error, progress }) {
  const done = progress === undefined ? '' : `, ${Math.floor(progress * 100)}%`;
  return error ? `${status}${done}: ${error}` : `${status}${done}`;
}

/** @param {{ film: Film }} props */
function Row({ film }) {
  const over = !['starting', 'active', 'ending'].includes(film.status);
  const current = playing.value?.film.recordingId === film.recordingId;
  return html`<tr aria-current=${String(current)}>
    <td class="brief">${film.room}</td>
    <td><time datetime=${film.startedAt}>${new Date(film.startedAt).toLocaleString()}</time></td>
    <td class="brief">${clock(film.duration)}</td>
    <td class="brief">${size(film.size)}</td>
    <td class=${film.error ? 'error' : ''}>${stateOf(film)}</td>
    <td><div class="files">${over && film.files.map((file, index) => FileButtons({ film, file, index }))}</div></td>
  </tr>`;
}

render(html`<${Films} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
async function keepUp() {
  if (!locked.value) await refresh();
  const moves = films.value?.some(({ progress }) => progress !== undefined);
  setTimeout(keepUp, moves ? REFRESH_SOON : REFRESH);
}
await unlock();
void keepUp();
