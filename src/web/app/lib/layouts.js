/**
 * The layouts in words and pictures, and which one shows somebody in the spotlight. Pure.
 *
 * @typedef {{ layouts?: string[], spotlightLayouts?: string[] }} Features
 */

/** @type {Record<string, { label: string, icon: string }>} */
const KNOWN = {
  grid: { label: 'Grid', icon: 'grid' },
  speaker: { label: 'Speaker', icon: 'speaker-view' },
  sidebar: { label: 'Sidebar', icon: 'sidebar' },
  pip: { label: 'Inset', icon: 'pip' },
  'single-speaker': { label: 'One person', icon: 'single' },
  'screen-share': { label: 'Screen', icon: 'screen-layout' },
};

/**
 * What the menu offers: the built-in ones in their order, then the room's own. The one for screens is there
 * while there is something to show in it.
 *
 * @param {readonly string[]} names  those of the room
 * @param {boolean} screenShown
 */
export function layoutChoices(names, screenShown) {
  const order = Object.keys(KNOWN);
  /** @param {string} name */
  const rank = name => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...names]
    .filter(name => name !== 'screen-share' || screenShown)
    .sort((a, b) => rank(a) - rank(b))
    .map(name => ({ name, ...(KNOWN[name] ?? { label: inWords(name), icon: 'custom' }) }));
}

/** Those of the built-in ones without a large place (src/layout/layout.cpp). */
const LEVEL = ['grid', 'screen-share'];

/**
 * Whether a layout has a place for somebody in the spotlight.
 *
 * @param {Features} features
 * @param {string} name
 */
export function hasSpotlight({ spotlightLayouts }, name) {
  return spotlightLayouts?.includes(name) ?? !LEVEL.includes(name);
}

/**
 * The layout in which somebody in the spotlight is seen: the present one, unless it has no place for that.
 *
 * @param {Features} features
 * @param {string} current
 */
export function spotlightLayout(features, current) {
  if (current && hasSpotlight(features, current)) return current;
  const fit = (features.layouts ?? []).filter(name => hasSpotlight(features, name));
  return fit.includes('speaker') ? 'speaker' : fit[0];
}

/** @param {string} name */
function inWords(name) {
  const words = name.replace(/[-_.]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
