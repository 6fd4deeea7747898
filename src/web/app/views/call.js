import { Icon } from '../ui/controls.js';
import { html, View } from '../ui/view.js';
import { CallTop } from './call-top.js';
import { Chat } from './chat.js';
import { CallDialogs } from './dialogs.js';
import { People } from './people.js';
import { SelfView } from './self-view.js';
import { Stage } from './stage.js';
import { Toolbar } from './toolbar.js';

/** @import { App } from '../state/app.js' */

/** @extends {View<{ app: App }>} */
export class CallPage extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const panel = app.panel.value;
    return html`<div class="call" data-panel=${panel ?? 'none'}>
      <${CallTop} app=${app} />
      <div class="banners">
        <${Banner} app=${app} />
        <${ShareBanner} app=${app} />
      </div>
      <main class="call-main">
        <${Stage} app=${app} />
        <${SelfView} app=${app} />
      </main>
      ${panel === 'people' && html`<${People} app=${app} />`}
      ${panel === 'chat' && html`<${Chat} app=${app} />`}
      <${Toolbar} app=${app} />
      <${CallDialogs} app=${app} />
    </div>`;
  }
}

/** @extends {View<{ app: App }>} */
class Banner extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    if (app.call.state.value !== 'reconnecting') return null;
    return html`<div class="banner" role="status">
      <${Icon} name="warning" size=${18} />
      <span>The connection broke. Reconnecting…</span>
      <span class="spinner" />
    </div>`;
  }
}

/** @extends {View<{ app: App }>} */
class ShareBanner extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    if (!app.call.screen.value) return null;
    return html`<div class="banner" data-tone="share" role="status">
      <${Icon} name="screen" size=${18} />
      <span>You are sharing your screen</span>
      <button type="button" class="button small" onClick=${() => app.toggleScreen()}>
        Stop sharing
      </button>
    </div>`;
  }
}
