import { isComposing } from '../lib/shortcuts.js';
import { IconButton } from '../ui/controls.js';
import { html, View } from '../ui/view.js';

/** @typedef {{ title: string, onClose: () => void, children?: any }} PanelProps */

/**
 * The frame of a side panel; a sheet on phones. Open until its button, or Escape, which give the focus back.
 *
 * @extends {View<PanelProps>}
 */
export class Panel extends View {
  /** @type {HTMLElement | null} */
  element = null;
  opener = /** @type {HTMLElement | null} */ (document.activeElement);

  /** @override */
  componentDidMount() {
    document.addEventListener('keydown', this.onKey);
  }

  /** @override */
  componentWillUnmount() {
    super.componentWillUnmount();
    document.removeEventListener('keydown', this.onKey);
    if (this.element?.contains(document.activeElement)) this.opener?.focus();
  }

  /** @param {KeyboardEvent} event  an Escape of an open dialog's, or of an input method's, is theirs */
  onKey = event => {
    if (event.key !== 'Escape' || isComposing(event)) return;
    if (!document.querySelector('dialog[open]')) this.props.onClose();
  };

  /**
   * @override
   * @param {PanelProps} props
   */
  view({ title, onClose, children }) {
    return html`<aside
      class="panel"
      aria-label=${title}
      ref=${(/** @type {HTMLElement} */ element) => {
        this.element = element;
      }}
    >
      <header>
        <h2>${title}</h2>
        <${IconButton} icon="close" label=${`Close ${title.toLowerCase()}`} onClick=${onClose} />
      </header>
      ${children}
    </aside>`;
  }
}
