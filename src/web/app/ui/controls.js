import { html } from './view.js';

/**
 * A symbol of icons.svg; decoration only, the name belongs to the control.
 *
 * @param {{ name: string, size?: number }} props
 */
export function Icon({ name, size = 20 }) {
  return html`<svg class="icon" width=${size} height=${size} aria-hidden="true">
    <use href=${`/app/icons.svg#${name}`} />
  </svg>`;
}

export function Logo() {
  return html`<span class="logo">
    <${Icon} name="logo" size=${26} />
    <span>Tributary</span>
  </span>`;
}

/**
 * @param {{
 *   icon: string, label: string, onClick: (event: MouseEvent) => void, hint?: string,
 *   variant?: 'round' | 'bar' | 'ghost', tone?: string, pressed?: boolean, expanded?: boolean,
 *   badge?: number, caption?: string, disabled?: boolean,
 * }} props  `hint`: the key that does the same; `caption`: a word under the icon on phones
 */
export function IconButton(props) {
  const { icon, label, hint, variant = 'ghost', tone, badge, caption } = props;
  return html`<button
    type="button"
    class=${`icon-button ${variant}`}
    data-tone=${tone}
    aria-label=${badge ? `${label}, ${badge} unread` : label}
    title=${hint ? `${label} (${hint})` : label}
    aria-pressed=${props.pressed}
    aria-expanded=${props.expanded}
    disabled=${props.disabled}
    onClick=${props.onClick}
  >
    <${Icon} name=${icon} />
    ${caption && html`<span class="caption" aria-hidden="true">${caption}</span>`}
    ${badge ? html`<span class="badge" aria-hidden="true">${badge > 9 ? '9+' : badge}</span>` : null}
  </button>`;
}

/**
 * @param {{ name: string, identity: string, size?: 'small' | 'large' }} props
 */
export function Avatar({ name, identity, size = 'small' }) {
  return html`<span class=${`avatar ${size}`} data-hue=${hueOf(identity)} aria-hidden="true">
    ${initials(name)}
  </span>`;
}

/** @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const [first = '?'] = words;
  const last = words.length > 1 ? words[words.length - 1] : '';
  return ([...first][0] + ([...last][0] ?? '')).toUpperCase();
}

/**
 * One of the eight avatar colours of tokens.css.
 *
 * @param {string} identity
 */
export function hueOf(identity) {
  let sum = 0;
  for (const letter of identity) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % 8;
}
