import { Icon } from './controls.js';
import { html, View } from './view.js';

/**
 * @typedef {{ label: string, onClose: () => void, class?: string, children?: any }} PopoverProps
 */

/**
 * A panel that floats beside the button which opened it, until Escape, a click elsewhere, or a choice
 * in it. Focus goes in on opening and back on closing.
 *
 * @extends {View<PopoverProps>}
 */
export class Popover extends View {
  /** @type {HTMLElement | null} */
  element = null;
  opener = /** @type {HTMLElement | null} */ (document.activeElement);

  /** @override */
  componentDidMount() {
    const first = this.element?.querySelector('button, select, [tabindex]');
    /** @type {HTMLElement | null} */ (first ?? this.element)?.focus();
    document.addEventListener('pointerdown', this.onPointerDown, true);
    document.addEventListener('keydown', this.onKey, true);
  }

  /** @override */
  componentWillUnmount() {
    super.componentWillUnmount();
    document.removeEventListener('pointerdown', this.onPointerDown, true);
    document.removeEventListener('keydown', this.onKey, true);
    if (this.element?.contains(document.activeElement)) this.opener?.focus();
  }

  /** @param {PointerEvent} event */
  onPointerDown = event => {
    const target = /** @type {Node} */ (event.target);
    // The opener's own click closes as well; closing here would make that click open again.
    if (this.element?.contains(target) || this.opener?.contains(target)) return;
    this.props.onClose();
  };

  /** @param {KeyboardEvent} event */
  onKey = event => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.opener?.focus();
      this.props.onClose();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.#step(event);
  };

  /** @param {KeyboardEvent} event */
  #step(event) {
    const items = /** @type {HTMLElement[]} */ ([
      ...(this.element?.querySelectorAll('.menu-item:not([disabled])') ?? []),
    ]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (at < 0) return;
    event.preventDefault();
    const next = at + (event.key === 'ArrowDown' ? 1 : -1);
    items[(next + items.length) % items.length].focus();
  }

  /**
   * @override
   * @param {PopoverProps} props
   */
  view({ label, children, class: extra = '' }) {
    return html`<div
      ref=${(/** @type {HTMLElement} */ element) => {
        this.element = element;
      }}
      class=${`popover ${extra}`}
      role="group"
      aria-label=${label}
      tabindex="-1"
    >
      ${children}
    </div>`;
  }
}

/**
 * @param {{ icon: string, label: string, onClick: () => void, checked?: boolean, hint?: string,
 *   tone?: string, class?: string }} props
 */
export function MenuItem({ icon, label, onClick, checked, hint, tone, class: extra = '' }) {
  return html`<button
    type="button"
    class=${`menu-item ${extra}`}
    data-tone=${tone}
    aria-pressed=${checked}
    onClick=${onClick}
  >
    <${Icon} name=${icon} size=${18} />
    <span>${label}</span>
    ${checked && html`<${Icon} name="check" size=${16} />`}
    ${hint && html`<kbd aria-hidden="true">${hint}</kbd>`}
  </button>`;
}
