/** Single keys that act in a call. Pure. */

/** @typedef {'mic' | 'camera' | 'screen' | 'hand' | 'chat' | 'people' | 'fullscreen' | 'self' | 'help'} Action */

/** @type {{ key: string, action: Action, does: string }[]} */
export const SHORTCUTS = [
  { key: 'M', action: 'mic', does: 'Microphone on or off' },
  { key: 'V', action: 'camera', does: 'Camera on or off' },
  { key: 'D', action: 'screen', does: 'Share your screen, or stop' },
  { key: 'H', action: 'hand', does: 'Raise or lower your hand' },
  { key: 'C', action: 'chat', does: 'Open or close the chat' },
  { key: 'P', action: 'people', does: 'Open or close the participants' },
  { key: 'S', action: 'self', does: 'Show or hide your own picture' },
  { key: 'F', action: 'fullscreen', does: 'Full screen on or off' },
  { key: '?', action: 'help', does: 'This help' },
];

/**
 * The action of a key press; null while somebody types, and for combinations, which are the browser's.
 *
 * @param {{ key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, repeat?: boolean,
 *   target?: any }} event
 * @returns {Action | null}
 */
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const tag = event.target?.tagName ?? '';
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(tag) || event.target?.isContentEditable) return null;
  const key = event.key.toUpperCase();
  return SHORTCUTS.find(shortcut => shortcut.key === key)?.action ?? null;
}

/**
 * Whether the key is the input method's, as where Enter takes a word it has proposed.
 *
 * @param {{ isComposing?: boolean, keyCode?: number }} event
 */
export function isComposing({ isComposing: composing, keyCode }) {
  // Safari ends the composition before the key that ends it, whose code tells.
  return Boolean(composing) || keyCode === 229;
}
