import { IconButton } from '../ui/controls.js';
import { html } from '../ui/view.js';

/**
 * The frame of a side panel; a sheet on phones.
 *
 * @param {{ title: string, onClose: () => void, children?: any }} props
 */
export function Panel({ title, onClose, children }) {
  return html`<aside class="panel" aria-label=${title}>
    <header>
      <h2>${title}</h2>
      <${IconButton} icon="close" label=${`Close ${title.toLowerCase()}`} onClick=${onClose} />
    </header>
    ${children}
  </aside>`;
}
