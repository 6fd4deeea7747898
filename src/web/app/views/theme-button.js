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
export function isDark({ theme }) {
  if (theme.value !== 'auto') return theme.value === 'dark';
  return matchMedia('(prefers-color-scheme: dark)').matches;
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
