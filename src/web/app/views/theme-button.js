import { IconButton } from '../ui/controls.js';
import { html, View } from '../ui/view.js';

/**
 * @import { Settings } from '../state/settings.js'
 */

/** @param {Settings} settings */
export function toggleTheme(settings) {
  settings.theme.value = isDark(settings) ? 'light' : 'dark';
}

/** @param {Settings} settings */
export function isDark({ theme, systemDark }) {
  return theme.value === 'auto' ? systemDark.value : theme.value === 'dark';
}

/** @extends {View<{ settings: Settings }>} */
export class ThemeButton extends View {
  /**
   * @override
   * @param {{ settings: Settings }} props
   */
  view({ settings }) {
    const dark = isDark(settings);
    return html`<${IconButton}
      icon=${dark ? 'sun' : 'moon'}
      label=${dark ? 'Use light colours' : 'Use dark colours'}
      onClick=${() => toggleTheme(settings)}
    />`;
  }
}
