import { html, View } from '../ui/view.js';
import { ConnectionBanner, RecordingBanner, ShareBanner } from './banners.js';
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
        <${ConnectionBanner} app=${app} />
        <${RecordingBanner} app=${app} />
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
