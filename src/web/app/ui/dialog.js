import { IconButton } from './controls.js';
import { html, View } from './view.js';

/**
 * A modal `<dialog>`, open as long as it is mounted. However it is closed, the focus goes back to where it was.
 *
 * @extends {View<{ title: string, onClose: () => void, children?: any }>}
 */
export class Dialog extends View {
  /** @type {HTMLDialogElement | null} */
  element = null;

  /** @override */
  componentDidMount() {
    this.element?.showModal();
  }

  /** The browser returns the focus, and then says `close`. */
  close = () => this.element?.close();

  /** @param {MouseEvent} event  a click outside the box falls on the dialog element itself */
  onBackdrop = event => {
    if (event.target === this.element) this.close();
  };

  /**
   * @override
   * @param {{ title: string, onClose: () => void, children?: any }} props
   */
  view({ title, onClose, children }) {
    return html`<dialog
      ref=${(/** @type {HTMLDialogElement} */ element) => {
        this.element = element;
      }}
      class="dialog"
      aria-labelledby="dialog-title"
      onClose=${onClose}
      onClick=${this.onBackdrop}
    >
      <div class="dialog-box">
        <header>
          <h2 id="dialog-title">${title}</h2>
          <${IconButton} icon="close" label="Close" onClick=${this.close} />
        </header>
        ${children}
      </div>
    </dialog>`;
  }
}
