import { Icon } from '../ui/controls.js';
import { html, signal, View } from '../ui/view.js';
import { hasPersonMenu, PersonMenu } from './person-menu.js';

/**
 * @import { App } from '../state/app.js'
 * @import { TileBox } from '../lib/overlay.js'
 */

/**
 * A place of the mix, for those who point, tab or listen: names who is there; for moderators, a button
 * with what they can do about them.
 *
 * @extends {View<{ app: App, tile: TileBox }>}
 */
export class Tile extends View {
  menuShown = signal(false);

  toggleMenu = () => {
    this.menuShown.value = !this.menuShown.value;
  };

  /**
   * @override
   * @param {{ app: App, tile: TileBox }} props
   */
  view({ app, tile }) {
    const who = app.call.participants.value.get(tile.identity);
    const shown = this.menuShown.value && who;
    return html`<li
      class="tile"
      style=${tile.style}
      data-source=${tile.source}
      data-speaking=${tile.speaking}
      data-open=${Boolean(shown)}
    >
      ${who && hasPersonMenu(app) ? this.button(tile) : this.region(tile)}
      ${
        tile.handRaised &&
        html`<span class="mark hand" aria-hidden="true"><${Icon} name="hand" size=${16} /></span>`
      }
      ${
        shown &&
        html`<${PersonMenu} app=${app} who=${who} class=${tile.corner} onClose=${this.toggleMenu} />`
      }
    </li>`;
  }

  /** @param {TileBox} tile */
  button(tile) {
    return html`<button
      type="button"
      class="tile-face"
      aria-expanded=${this.menuShown.value}
      onClick=${this.toggleMenu}
    >
      <span class="visually-hidden">${tile.label}</span>
      <span class="tile-more" aria-hidden="true"><${Icon} name="more" size=${18} /></span>
    </button>`;
  }

  /** @param {TileBox} tile */
  region(tile) {
    return html`<div class="tile-face" role="group" tabindex="0" aria-label=${tile.label}>
      <span class="visually-hidden">${tile.label}</span>
    </div>`;
  }
}
