import { IconButton } from '../ui/controls.js';
import { html, View } from '../ui/view.js';
import { TrackVideo } from './track-video.js';

/**
 * @import { App } from '../state/app.js'
 * @import { Corner } from '../state/settings.js'
 */

/**
 * My own camera, mirrored, in a corner. Dragging or the arrow keys take it to another corner.
 *
 * @extends {View<{ app: App }>}
 */
export class SelfView extends View {
  /** @type {HTMLElement | null} */
  element = null;
  #grip = { x: 0, y: 0 };

  /** @param {PointerEvent} event */
  onPointerDown = event => {
    if (/** @type {Element} */ (event.target).closest('button')) return;
    this.element?.setPointerCapture(event.pointerId);
    this.#grip = { x: event.clientX, y: event.clientY };
    this.element?.toggleAttribute('data-dragged', true);
  };

  /** @param {PointerEvent} event */
  onPointerMove = event => {
    if (!this.element?.hasPointerCapture(event.pointerId)) return;
    const x = event.clientX - this.#grip.x;
    const y = event.clientY - this.#grip.y;
    this.element.style.transform = `translate(${x}px, ${y}px)`;
  };

  /** @param {PointerEvent} event */
  onPointerUp = event => {
    const area = this.element?.parentElement?.getBoundingClientRect();
    const box = this.element?.getBoundingClientRect();
    if (!this.element?.hasPointerCapture(event.pointerId) || !area || !box) return;
    this.element.toggleAttribute('data-dragged', false);
    this.element.style.transform = '';
    const vertical = box.top + box.height / 2 < area.top + area.height / 2 ? 'top' : 'bottom';
    const horizontal = box.left + box.width / 2 < area.left + area.width / 2 ? 'left' : 'right';
    this.#moveTo(vertical, horizontal);
  };

  /** @param {KeyboardEvent} event */
  onKey = event => {
    const [vertical, horizontal] = this.props.app.settings.selfViewCorner.value.split('-');
    if (event.key === 'ArrowUp') this.#moveTo('top', horizontal);
    else if (event.key === 'ArrowDown') this.#moveTo('bottom', horizontal);
    else if (event.key === 'ArrowLeft') this.#moveTo(vertical, 'left');
    else if (event.key === 'ArrowRight') this.#moveTo(vertical, 'right');
    else return;
    event.preventDefault();
  };

  /**
   * @param {string} vertical
   * @param {string} horizontal
   */
  #moveTo(vertical, horizontal) {
    const corner = /** @type {Corner} */ (`${vertical}-${horizontal}`);
    this.props.app.settings.selfViewCorner.value = corner;
  }

  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const { devices, settings } = app;
    const track = devices.videoTrack.value;
    // Beside a screen people are small, and the own picture would cover somebody's.
    const screenShown = app.call.layout.value?.tiles.some(({ source }) => source === 'screen');
    if (screenShown || app.call.isViewer.value) return null;
    if (!settings.selfViewShown.value || devices.videoMuted.value || !track) return null;
    return html`<div
      class="self-view"
      ref=${(/** @type {HTMLElement} */ element) => {
        this.element = element;
      }}
      data-corner=${settings.selfViewCorner.value}
      role="group"
      tabindex="0"
      aria-label="Your own picture. Arrow keys move it to another corner."
      onPointerDown=${this.onPointerDown}
      onPointerMove=${this.onPointerMove}
      onPointerUp=${this.onPointerUp}
      onPointerCancel=${this.onPointerUp}
      onKeyDown=${this.onKey}
    >
      <${TrackVideo} track=${track} label="Your own picture" />
      <${IconButton}
        icon="hide"
        label="Hide your own picture"
        hint="S"
        onClick=${() => app.toggleSelfView()}
      />
    </div>`;
  }
}
