import { signal } from '../ui/view.js';

/** @typedef {{ id: number, text: string, tone: 'info' | 'error' }} Notice */

const SHOWN = 6_000;

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
   */
  show(text, tone = 'info') {
    if (this.toasts.value.some(notice => notice.text === text)) return;
    const notice = { id: this.#nextId++, text, tone };
    this.toasts.value = [...this.toasts.value, notice].slice(-3);
    setTimeout(() => this.dismiss(notice.id), SHOWN);
  }

  /** @param {number} id */
  dismiss(id) {
    this.toasts.value = this.toasts.value.filter(notice => notice.id !== id);
  }
}
