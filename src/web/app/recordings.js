/** The page that lists recordings and plays them: `/recordings.html`, of one room with `?room=`. */
import { addressOf, clock, isOver, isPlayable, parseChapters, partAt, size } from './lib/films.js';
import { fetchProblem, playProblem, replyProblem } from './lib/words.js';
import { Settings } from './state/settings.js';
import { Logo } from './ui/controls.js';
import { html, render, signal, View } from './ui/view.js';
import { hasSignedIn, SignIn, signOut } from './views/sign-in.js';
import { ThemeButton } from './views/theme-button.js';

/** @import { Chapter, File, Film } from './lib/films.js' */

const REFRESH = 3000;
const REFRESH_SOON = 1000;
const room = new URLSearchParams(location.search).get('room') ?? '';

const settings = new Settings();
const films = signal(/** @type {Film[] | null} */ (null));
const problem = signal('');
/** `from`: where its player begins, in seconds of the file. */
const playing = signal(/** @type {{ film: Film, file: File, from: number } | null} */ (null));
/** Whether the player is to be brought into view when it is drawn: its button may be far below. */
let wanted = false;
const unplayable = signal('');
const chapters = signal(/** @type {Chapter[]} */ ([]));
/** Whether the server wants its token first, and whether it has been shown it. */
const locked = signal(false);
const signedIn = signal(false);

async function refresh() {
  try {
    const reply = await fetch(`/v1/recordings${room ? `?room=${encodeURIComponent(room)}` : ''}`);
    locked.value = reply.status === 401;
    if (locked.value) return lock();
    if (!reply.ok) throw new Error(replyProblem(reply.status, await bodyOf(reply)));
    films.value = (await reply.json()).recordings;
    problem.value = '';
  } catch (error) {
    problem.value = fetchProblem(error);
  }
}

/** @param {Response} reply */
const bodyOf = reply => reply.json().catch(() => null);

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
  wanted = true;
  show(film, file, 0);
  chapters.value = [];
  const found = await chaptersOf(film).catch(() => []);
  // Another may have been chosen meanwhile.
  if (playing.value?.film.recordingId === film.recordingId) chapters.value = found;
}

/** @param {Film} film @param {File} file @param {number} from */
function show(film, file, from) {
  unplayable.value = '';
  playing.value = { film, file, from };
}

/** @param {Film} film */
async function chaptersOf(film) {
  const base = (film.files[0]?.filename ?? '').replace(/\.[^.]+$/, '');
  const reply = await fetch(addressOf(film, `${base}.chapters.vtt`));
  return reply.ok ? parseChapters(await reply.text()) : [];
}

/** Of the film that plays, as the list has it now: parts go to a storage meanwhile. */
const partsNow = () => {
  const id = playing.value?.film.recordingId;
  const film = films.value?.find(({ recordingId }) => recordingId === id);
  return (film ?? playing.value?.film)?.files ?? [];
};

/**
 * Goes to a time of the recording, in the part that has it.
 *
 * @param {number} at
 */
function seek(at) {
  const now = playing.value;
  const player = document.querySelector('video');
  const part = partAt(partsNow(), at);
  if (!now || !part) return;
  const to = Math.max(0, at - (part.start ?? 0));
  if (part.filename === now.file.filename && player) player.currentTime = to;
  else show(now.film, part, to);
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
        <${ThemeButton} settings=${settings} />
      </header>
      ${locked.value && html`<${SignIn} onSignedIn=${unlock} />`}
      ${problem.value && html`<p class="problem" role="alert">${problem.value}</p>`}
      ${playing.value && html`<${Player} />`}
      ${list?.length === 0 && html`<p>Nothing has been recorded yet.</p>`}
      ${Boolean(list?.length) && html`<${List} />`}
    </main>`;
  }
}

class Player extends View {
  /** @type {HTMLVideoElement | null} */
  video = null;

  /** @override */
  componentDidMount() {
    this.#comeIntoView();
  }

  /** @override */
  componentDidUpdate() {
    this.#comeIntoView();
  }

  #comeIntoView() {
    if (!wanted || !this.video) return;
    wanted = false;
    this.video.scrollIntoView({ block: 'nearest' });
    this.video.focus({ preventScroll: true });
  }

  /** @override */
  view() {
    const now = playing.value;
    if (!now) return null;
    const parts = partsNow();
    return html`<section aria-label="Player">
      <video
        ref=${(/** @type {HTMLVideoElement} */ element) => {
          this.video = element;
        }}
        controls
        autoplay
        src=${addressOf(now.film, now.file.filename)}
        key=${`${now.film.recordingId}/${now.file.filename}`}
        onLoadedMetadata=${(/** @type {Event} */ event) => {
          if (now.from) /** @type {HTMLVideoElement} */ (event.target).currentTime = now.from;
        }}
        onError=${(/** @type {Event} */ event) => {
          unplayable.value = playProblem(
            /** @type {HTMLVideoElement} */ (event.target).error?.code,
          );
        }}
      />
      ${unplayable.value && html`<p class="problem" role="alert">${unplayable.value}</p>`}
      <div class="chapters">
        ${chapters.value.map(
          ({ at, title }) => html`<button
            type="button"
            class="button"
            key=${at}
            disabled=${!partAt(parts, at)}
            onClick=${() => seek(at)}
          >
            ${clock(at)} <bdi>${title}</bdi>
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

/** @param {Film} film */
const begun = film => new Date(film.startedAt).toLocaleString();

/** @param {{ film: Film, file: File, index: number }} props */
function FileButtons({ film, file, index }) {
  if (file.finished === false) return null;
  if (!isPlayable(file)) return html`<span key=${file.filename}>uploaded</span>`;
  const part = film.files.length > 1 ? ` part ${index + 1}` : '';
  const which = `${part} of ${film.room}, ${begun(film)}`;
  return html`<span key=${file.filename}>
    <button type="button" class="button" aria-label=${`Play${which}`} onClick=${() => play(film, file)}>
      Play${part}
    </button>
    <a
      class="button"
      aria-label=${`Save${which}`}
      href="${addressOf(film, file.filename)}?download=1"
      download
    >
      Save
    </a>
  </span>`;
}

/** @param {Film} film */
function stateOf({ status, error, progress }) {
  const done = progress === undefined ? '' : `, ${Math.floor(progress * 100)}%`;
  return error ? `${status}${done}: ${error}` : `${status}${done}`;
}

/** @param {{ film: Film }} props */
function Row({ film }) {
  const current = playing.value?.film.recordingId === film.recordingId;
  return html`<tr aria-current=${String(current)}>
    <td class="brief">${film.room}</td>
    <td><time datetime=${film.startedAt}>${begun(film)}</time></td>
    <td class="brief">${clock(film.duration)}</td>
    <td class="brief">${size(film.size)}</td>
    <td class=${film.error ? 'error' : ''}>${stateOf(film)}</td>
    <td><div class="files">${isOver(film) && film.files.map((file, index) => FileButtons({ film, file, index }))}</div></td>
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
