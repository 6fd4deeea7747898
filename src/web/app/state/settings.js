import { effect, signal } from '../ui/view.js';

/**
 * @typedef {'auto' | 'dark' | 'light'} Theme
 * @typedef {'top-left' | 'top-right' | 'bottom-left' | 'bottom-right'} Corner
 */

const PREFIX = 'tributary.';

/**
 * What this browser remembers between calls. Each is a signal; a change is kept at once.
 */
export class Settings {
  name = remembered('name', '');
  theme = remembered('theme', /** @type {Theme} */ ('auto'));
  /** Whether the system has dark colours now: what `auto` means. */
  systemDark = matched('(prefers-color-scheme: dark)');
  /** A deviceId, `true` for the browser's choice, `false` for none. */
  audioDevice = remembered('audioDevice', /** @type {string | boolean} */ (true));
  videoDevice = remembered('videoDevice', /** @type {string | boolean} */ (true));
  selfViewShown = remembered('selfViewShown', true);
  selfViewCorner = remembered('selfViewCorner', /** @type {Corner} */ ('bottom-right'));
  shortcutsOn = remembered('shortcutsOn', true);

  constructor() {
    effect(() => {
      document.documentElement.dataset.theme = this.theme.value;
    });
  }
}

/** @param {string} query  of media, followed as long as the page lasts */
function matched(query) {
  const list = matchMedia(query);
  const value = signal(list.matches);
  list.addEventListener('change', () => {
    value.value = list.matches;
  });
  return value;
}

/**
 * @template T
 * @param {string} key
 * @param {T} initial
 */
function remembered(key, initial) {
  const value = signal(read(key, initial));
  effect(() => write(key, value.value));
  return value;
}

/**
 * @template T
 * @param {string} key
 * @param {T} initial
 * @returns {T}
 */
function read(key, initial) {
  try {
    const kept = localStorage.getItem(PREFIX + key);
    return kept === null ? initial : JSON.parse(kept);
  } catch {
    return initial;
  }
}

/**
 * @param {string} key
 * @param {unknown} value
 */
function write(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Private windows may refuse storage: the setting then lasts as long as the page.
  }
}
