import * as sdk from '/sdk/tributary.js';
import { actionOf } from './lib/shortcuts.js';
import { App } from './state/app.js';
import { html, render } from './ui/view.js';
import { Page } from './views/page.js';

const app = new App();

/** For tests and the curious at the console. */
Object.assign(window, { tributary: { room: app.call.room, sdk, app } });

/** @type {Record<import('./lib/shortcuts.js').Action, () => unknown>} */
const actions = {
  mic: () => app.toggleMute('audio'),
  camera: () => app.toggleMute('video'),
  screen: () => app.toggleScreen(),
  hand: () => app.toggleHand(),
  chat: () => app.togglePanel('chat'),
  people: () => app.togglePanel('people'),
  fullscreen: () => app.toggleFullscreen(),
  self: () => app.toggleSelfView(),
  help: () => {
    app.dialog.value = 'help';
  },
};

document.addEventListener('keydown', event => {
  if (app.page.value !== 'call' || app.dialog.value || !app.settings.shortcutsOn.value) return;
  const action = actionOf(event);
  if (!action) return;
  event.preventDefault();
  actions[action]();
});

render(html`<${Page} app=${app} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
app.start();
