import { hasSpotlight, layoutChoices } from '../lib/layouts.js';
import { Icon } from '../ui/controls.js';
import { MenuItem, Popover } from '../ui/popover.js';
import { html, View } from '../ui/view.js';
import { isDark, toggleTheme } from './theme-button.js';

/** @import { App } from '../state/app.js' */

/** @param {string} room */
const recordingsOf = room => `/recordings.html?room=${encodeURIComponent(room)}`;

/** @extends {View<{ app: App, onClose: () => void }>} */
export class MoreMenu extends View {
  /** @param {() => unknown} action */
  choose = action => () => {
    this.props.onClose();
    action();
  };

  /**
   * @override
   * @param {{ app: App, onClose: () => void }} props
   */
  view({ app, onClose }) {
    const { settings } = app;
    const shown = settings.selfViewShown.value;
    const dark = isDark(settings);
    const viewer = app.call.isViewer.value;
    const sharing = Boolean(app.call.screen.value);
    return html`<${Popover} label="More" class="menu above" onClose=${onClose}>
      ${app.call.isModerator.value && this.moderatorItems(app)}
      ${
        app.call.mayShare.value &&
        html`<${MenuItem}
          icon=${sharing ? 'screen-off' : 'screen'}
          label=${sharing ? 'Stop sharing your screen' : 'Share your screen'}
          hint="D"
          class="on-phones"
          onClick=${this.choose(() => app.toggleScreen())}
        />`
      }
      <${MenuItem}
        icon="link"
        label="Copy invitation link"
        onClick=${this.choose(() => app.copyLink())}
      />
      ${
        !viewer &&
        html`<${MenuItem}
          icon="self"
          label=${shown ? 'Hide your own picture' : 'Show your own picture'}
          hint="S"
          onClick=${this.choose(() => app.toggleSelfView())}
        />`
      }
      <${MenuItem}
        icon="speaker"
        label="Sound only, to save data"
        checked=${app.audioOnly.value}
        onClick=${this.choose(() => app.toggleAudioOnly())}
      />
      <${MenuItem}
        icon=${dark ? 'sun' : 'moon'}
        label=${dark ? 'Light colours' : 'Dark colours'}
        onClick=${this.choose(() => toggleTheme(settings))}
      />
      ${
        !viewer &&
        html`<${MenuItem}
          icon="settings"
          label="Microphone and camera"
          onClick=${this.choose(() => {
            app.dialog.value = 'devices';
          })}
        />`
      }
      <${MenuItem}
        icon="help"
        label="Keyboard shortcuts"
        hint="?"
        onClick=${this.choose(() => {
          app.dialog.value = 'help';
        })}
      />
    <//>`;
  }

  /** @param {App} app */
  moderatorItems(app) {
    const { call } = app;
    const recording = Boolean(call.recording.value);
    const features = call.features.value;
    return html`${this.layoutItems(app)}
    ${
      features.recording &&
      html`<${MenuItem}
        icon="record"
        label=${recording ? 'Stop recording' : 'Record the call'}
        tone=${recording ? 'danger' : ''}
        onClick=${this.choose(() =>
          app.attempt(recording ? call.room.stopRecording() : call.room.startRecording()),
        )}
      /><${MenuItem}
        icon="film"
        label="Recordings of this room"
        onClick=${this.choose(() => window.open(recordingsOf(app.roomName.value), '_blank', 'noopener'))}
      /><hr />`
    }`;
  }

  /** @param {App} app */
  layoutItems({ call, attempt }) {
    const { layout: current, spotlight, tiles = [] } = call.layout.value ?? {};
    const features = call.features.value;
    const screenShown = tiles.some(({ source }) => source === 'screen');
    const choices = layoutChoices(features.layouts ?? [], screenShown);
    if (choices.length < 2) return null;
    // Where nobody is larger than others, a spotlight ends.
    /** @param {string} name */
    const set = name =>
      call.room.setLayout(name, hasSpotlight(features, name) ? spotlight : undefined);
    return html`
      <div class="menu-title" id="layout-title">Layout for everybody</div>
      <div class="layout-choice" role="group" aria-labelledby="layout-title">
        ${choices.map(
          ({ name, label, icon }) => html`<button
            key=${name}
            type="button"
            class="menu-item"
            aria-pressed=${current === name}
            onClick=${this.choose(() => attempt(set(name)))}
          >
            <${Icon} name=${icon} size=${26} /><span>${label}</span>
          </button>`,
        )}
      </div>
      <hr />
    `;
  }
}
