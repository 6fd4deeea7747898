import { Icon } from '../ui/controls.js';
import { html, View } from '../ui/view.js';

/** @import { App } from '../state/app.js' */

/** @extends {View<{ app: App }>} */
export class ConnectionBanner extends View {
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

/**
 * A recording that the server announces: stays until the user has said that they know. App has it read out.
 *
 * @extends {View<{ app: App }>}
 */
export class RecordingBanner extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const recording = app.call.recording.value;
    const id = recording?.recordingId ?? '';
    if (!recording?.announce || app.recordingSeen.value === id) return null;
    const seen = () => {
      app.recordingSeen.value = id;
    };
    return html`<div class="banner" data-tone="recording">
      <${Icon} name="record" size=${18} />
      <span>This call is being recorded</span>
      <button type="button" class="button small" onClick=${seen}>Got it</button>
      <button type="button" class="button small" onClick=${() => app.leave()}>Leave</button>
    </div>`;
  }
}

/** @extends {View<{ app: App }>} */
export class ShareBanner extends View {
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
