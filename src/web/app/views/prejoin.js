import { freshRoom } from '../lib/address.js';
import { Avatar, Icon, IconButton, Logo } from '../ui/controls.js';
import { html, signal, View } from '../ui/view.js';
import { DeviceSelect } from './device-select.js';
import { MicMeter } from './mic-meter.js';
import { ThemeButton } from './theme-button.js';
import { TrackVideo } from './track-video.js';

/** @import { App } from '../state/app.js' */

/** @extends {View<{ app: App }>} */
export class Prejoin extends View {
  /** Suggested to those who just want to start one. */
  suggestion = signal(freshRoom());

  /** @param {SubmitEvent} event */
  onSubmit = event => {
    event.preventDefault();
    const { app } = this.props;
    if (!app.roomName.value.trim()) app.roomName.value = this.suggestion.value;
    app.join();
  };

  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const invited = Boolean(app.wishes.room);
    return html`<div class="prejoin">
      <header class="prejoin-top">
        <${Logo} />
        <${ThemeButton} settings=${app.settings} />
      </header>
      <main>
        <${Preview} app=${app} />
        <form class="prejoin-form" onSubmit=${this.onSubmit}>
          <div>
            <h1 tabindex="-1">${invited ? 'Ready to join?' : 'Start or join a call'}</h1>
            <p class="muted">
              ${invited ? 'Check how you look and sound first.' : 'Pick a name for the room and send it to the others.'}
            </p>
          </div>
          <${TextField}
            id="room"
            label="Room"
            value=${app.roomName.value}
            placeholder=${this.suggestion.value}
            literal=${true}
            onInput=${(/** @type {string} */ text) => {
              app.roomName.value = text;
            }}
          />
          <${TextField}
            id="name"
            label="Your name"
            value=${app.settings.name.value}
            placeholder="How the others will see you"
            maxlength=${64}
            autocomplete="name"
            onInput=${(/** @type {string} */ text) => {
              app.settings.name.value = text;
            }}
          />
          <${DeviceSelect} app=${app} kind="audio" />
          <${DeviceSelect} app=${app} kind="video" />
          ${
            app.joinError.value &&
            html`<p class="problem boxed" role="alert">
              <${Icon} name="warning" size=${18} />${app.joinError.value}
            </p>`
          }
          <button type="submit" class="button primary large" disabled=${app.joining.value}>
            ${app.joining.value ? html`<span class="spinner" />Joining…` : 'Join the call'}
          </button>
        </form>
      </main>
    </div>`;
  }
}

/**
 * @param {{ id: string, label: string, value: string, placeholder: string, autocomplete?: string,
 *   maxlength?: number, literal?: boolean, onInput: (text: string) => void }} props  `literal`: taken as
 *   typed, without a keyboard's corrections
 */
function TextField({
  id,
  label,
  value,
  placeholder,
  autocomplete = 'off',
  maxlength,
  literal,
  onInput,
}) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      type="text"
      dir="auto"
      maxlength=${maxlength}
      value=${value}
      placeholder=${placeholder}
      autocomplete=${autocomplete}
      autocapitalize=${literal ? 'none' : undefined}
      autocorrect=${literal ? false : undefined}
      spellcheck=${false}
      onInput=${(/** @type {InputEvent} */ event) =>
        onInput(/** @type {HTMLInputElement} */ (event.target).value)}
    />
  </div>`;
}

/** @extends {View<{ app: App }>} */
class Preview extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const { devices, settings } = app;
    const name = settings.name.value || 'You';
    const camera = devices.videoMuted.value ? null : devices.videoTrack.value;
    const micOff = devices.audioMuted.value;
    const cameraOff = devices.videoMuted.value;
    return html`<section class="preview" aria-label="Preview">
      <div class="preview-picture">
        ${
          camera
            ? html`<${TrackVideo} track=${camera} label="Your camera" />`
            : html`<div class="preview-empty">
                <${Avatar} name=${name} identity=${name} size="large" />
                <span>${devices.opening.value ? 'Looking for your camera…' : 'Your camera is off'}</span>
              </div>`
        }
        <div class="preview-controls">
          <${IconButton}
            variant="round"
            icon=${micOff ? 'mic-off' : 'mic'}
            tone=${micOff ? 'off' : ''}
            label=${micOff ? 'Turn the microphone on' : 'Turn the microphone off'}
            onClick=${() => devices.toggle('audio')}
          />
          <${IconButton}
            variant="round"
            icon=${cameraOff ? 'camera-off' : 'camera'}
            tone=${cameraOff ? 'off' : ''}
            label=${cameraOff ? 'Turn the camera on' : 'Turn the camera off'}
            onClick=${() => devices.toggle('video')}
          />
        </div>
      </div>
      <div class="preview-sound">
        <${Icon} name=${micOff ? 'mic-off' : 'mic'} size=${18} />
        <${MicMeter} track=${micOff ? null : devices.audioTrack.value} />
        <span class="muted">${micOff ? 'Microphone off' : 'Say something'}</span>
      </div>
    </section>`;
  }
}
