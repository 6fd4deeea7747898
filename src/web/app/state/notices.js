import { signal } from '../ui/view.js';

/**
 * @typedef {{ id: number, text: string, tone: 'info' | 'error', topic: string, lasting: boolean }} Notice
 */

const SHOWN = 6_000;
/** Of those that go by themselves. */
const MOST = 3;

/** Short messages: shown as toasts, and read aloud by screen readers. */
export class Notices {
  toasts = signal(/** @type {Notice[]} */ ([]));
  /** What the polite live region says. */
  spoken = signal('');
  #nextId = 1;

  /** @param {string} text  for screen readers alone: the screen shows it in another way */
  say(text) {
    // The same text twice would not be read twice.
    this.spoken.value = this.spoken.value === text ? `${text}\u00a0` : text;
  }

  /**
   * @param {string} text
   * @param {'info' | 'error'} [tone]
   * @param {string} [topic]  a new notice takes the place of the one before on its topic
   * @param {{ lasting?: boolean }} [options]  `lasting`: until it is dismissed or its topic cleared
   */
  show(text, tone = 'info', topic = text, { lasting = false } = {}) {
    const notice = { id: this.#nextId++, text, tone, topic, lasting };
    this.clear(topic);
    const all = [...this.toasts.value, notice];
    const passing = all.filter(one => !one.lasting).slice(-MOST);
    this.toasts.value = all.filter(one => one.lasting || passing.includes(one));
    if (!lasting) setTimeout(() => this.dismiss(notice.id), SHOWN);
  }

  /** @param {string} topic */
  clear(topic) {
    this.toasts.value = this.toasts.value.filter(notice => notice.topic !== topic);
  }

  /** @param {number} id */
  dismiss(id) {
    this.toasts.value = this.toasts.value.filter(notice => notice.id !== id);
  }
}
