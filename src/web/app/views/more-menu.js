import { MenuItem, Popover } from '../ui/popover.js';
import { html, View } from '../ui/view.js';
import { isDark, toggleTheme } from './theme-button.js';

/** @import { App } from '../state/app.js' */

/** Layouts that have a label here; the menu offers those that the server has too. */
const LAYOUTS = [
  { name: 'grid', label: 'Grid', icon: 'grid' },
  { name: 'speaker', label: 'Speaker', icon: 'speaker-view' },
  { name: 'sidebar', label: 'Sidebar', icon: 'sidebar' },
];

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
    return html`<${Popover} label="More" class="menu above" onClose=${onClose}>
      ${app.call.isModerator.value && this.moderatorItems(app)}
      <${MenuItem}
        icon="link"
        label="Copy invitation link"
        onClick=${this.choose(() => app.copyLink())}
      />
      <${MenuItem}
        icon="self"
        label=${shown ? 'Hide your own picture' : 'Show your own picture'}
        hint="S"
        onClick=${this.choose(() => app.toggleSelfView())}
      />
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
      <${MenuItem}
        icon="settings"
        label="Microphone and camera"
        onClick=${this.choose(() => {
          app.dialog.value = 'devices';
        })}
      />
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
    const current = call.layout.value?.layout;
    const features = call.room.server?.features;
    const layouts = LAYOUTS.filter(({ name }) => features?.layouts?.includes(name));
    return html`${layouts.length > 1 && this.layoutItems(layouts, current, app)}
    ${
      features?.recording &&
      html`<${MenuItem}
        icon="record"
        label=${recording ? 'Stop recording' : 'Record the call'}
        tone=${recording ? 'danger' : ''}
        onClick=${this.choose(() =>
          app.attempt(recording ? call.room.stopRecording() : call.room.startRecording()),
        )}
      /><hr />`
    }`;
  }

  /**
   * @param {typeof LAYOUTS} layouts
   * @param {string | undefined} current
   * @param {App} app
   */
  layoutItems(layouts, current, app) {
    return html`
      <div class="menu-title" id="layout-title">Layout for everybody</div>
      <div class="layout-choice" role="group" aria-labelledby="layout-title">
        ${layouts.map(
          ({ name, label, icon }) => html`<${MenuItem}
            key=${name}
            icon=${icon}
            label=${label}
            checked=${current === name}
            onClick=${this.choose(() => app.attempt(app.call.room.setLayout(name)))}
          />`,
        )}
      </div>
      <hr />
    `;
  }
}
