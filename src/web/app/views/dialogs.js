import { SHORTCUTS } from '../lib/shortcuts.js';
import { Dialog } from '../ui/dialog.js';
import { html, View } from '../ui/view.js';
import { DeviceSelect } from './device-select.js';
import { MicMeter } from './mic-meter.js';

/** @import { App } from '../state/app.js' */

/** @extends {View<{ app: App }>} */
export class CallDialogs extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const close = () => {
      app.dialog.value = null;
    };
    switch (app.dialog.value) {
      case 'help':
        return html`<${Help} app=${app} onClose=${close} />`;
      case 'devices':
        return html`<${DeviceDialog} app=${app} onClose=${close} />`;
      default:
        return null;
    }
  }
}

/** @extends {View<{ app: App, onClose: () => void }>} */
class Help extends View {
  /**
   * @override
   * @param {{ app: App, onClose: () => void }} props
   */
  view({ app: { settings }, onClose }) {
    return html`<${Dialog} title="Keyboard shortcuts" onClose=${onClose}>
      <dl class="facts ruled">
        ${SHORTCUTS.map(
          ({ key, does }) => html`<div key=${key}><dt>${does}</dt><dd><kbd>${key}</kbd></dd></div>`,
        )}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked=${settings.shortcutsOn.value}
          onChange=${() => {
            settings.shortcutsOn.value = !settings.shortcutsOn.value;
          }}
        />
        Single keys act in the call
      </label>
    <//>`;
  }
}

/** @extends {View<{ app: App, onClose: () => void }>} */
class DeviceDialog extends View {
  /**
   * @override
   * @param {{ app: App, onClose: () => void }} props
   */
  view({ app, onClose }) {
    const { audioMuted, audioTrack } = app.devices;
    return html`<${Dialog} title="Microphone and camera" onClose=${onClose}>
      <${DeviceSelect} app=${app} kind="audio" />
      <${MicMeter} track=${audioMuted.value ? null : audioTrack.value} />
      <${DeviceSelect} app=${app} kind="video" />
    <//>`;
  }
}
