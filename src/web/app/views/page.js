import { ending } from '../lib/words.js';
import { IconButton, Logo } from '../ui/controls.js';
import { html, View } from '../ui/view.js';
import { CallPage } from './call.js';
import { Prejoin } from './prejoin.js';

/** @import { App } from '../state/app.js' */

/** @extends {View<{ app: App }>} */
export class Page extends View {
  #shown = /** @type {string} */ ('');

  /** @override */
  componentDidMount() {
    this.#shown = this.props.app.page.peek();
  }

  /** What had the focus is gone with the page before: the new one's heading is where to read on. @override */
  componentDidUpdate() {
    const page = this.props.app.page.peek();
    if (page === this.#shown) return;
    this.#shown = page;
    document.querySelector('h1')?.focus();
  }

  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const page = app.page.value;
    return html`
      ${page === 'prejoin' && html`<${Prejoin} app=${app} />`}
      ${page === 'call' && html`<${CallPage} app=${app} />`}
      ${page === 'left' && html`<${Left} app=${app} />`}
      <${Toasts} app=${app} />
    `;
  }
}

/** @param {{ app: App }} props */
function Left({ app }) {
  return html`<main class="left-page">
    <${Logo} />
    <h1 tabindex="-1">${ending(app.leaveReason.peek())}</h1>
    <p>Room <strong>${app.roomName.peek()}</strong></p>
    <div class="actions">
      <button type="button" class="button primary" onClick=${() => app.rejoin()}>
        Join again
      </button>
      <button type="button" class="button" onClick=${() => app.goHome()}>Another room</button>
    </div>
  </main>`;
}

/** @extends {View<{ app: App }>} */
class Toasts extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app: { notices } }) {
    const toasts = notices.toasts.value;
    return html`
      <div class="visually-hidden" aria-live="polite">${notices.spoken.value}</div>
      <div class="toasts" aria-live="polite">
        ${toasts.map(
          ({ id, text, tone }) => html`<div class="toast" data-tone=${tone} key=${id}>
            <span>${text}</span>
            <${IconButton} icon="close" label="Dismiss" onClick=${() => notices.dismiss(id)} />
          </div>`,
        )}
      </div>
    `;
  }
}
