import { Icon } from '../ui/controls.js';
import { html, View } from '../ui/view.js';

/**
 * @import { MediaKind } from '/sdk/tributary.js'
 * @import { App } from '../state/app.js'
 */

const NONE = 'none';
const DEFAULT = 'default';

/**
 * Chooses the microphone or the camera, or none; tells what is wrong with it.
 *
 * @extends {View<{ app: App, kind: MediaKind }>}
 */
export class DeviceSelect extends View {
  /** @param {Event} event */
  onChange = event => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    const choice = value === NONE ? false : value === DEFAULT ? true : value;
    this.props.app.devices.choose(this.props.kind, choice);
  };

  /**
   * @override
   * @param {{ app: App, kind: MediaKind }} props
   */
  view({ app: { devices, settings }, kind }) {
    const audio = kind === 'audio';
    const list = (audio ? devices.microphones : devices.cameras).value;
    const choice = (audio ? settings.audioDevice : settings.videoDevice).value;
    const problem = devices.problems.value[kind];
    const named = list.filter(({ deviceId }) => deviceId && deviceId !== DEFAULT);
    const known = named.some(({ deviceId }) => deviceId === choice);
    const selected = choice === false ? NONE : known ? choice : DEFAULT;
    return html`<div class="field">
      <label for=${`${kind}-device`}>${audio ? 'Microphone' : 'Camera'}</label>
      <div class="select">
        <${Icon} name=${audio ? 'mic' : 'camera'} size=${18} />
        <select
          id=${`${kind}-device`}
          onChange=${this.onChange}
          aria-describedby=${problem ? `${kind}-problem` : undefined}
        >
          <option value=${DEFAULT} selected=${selected === DEFAULT}>
            ${audio ? 'Default microphone' : 'Default camera'}
          </option>
          ${named.map(
            ({ deviceId, label }, index) => html`<option
              key=${deviceId}
              value=${deviceId}
              selected=${selected === deviceId}
            >
              ${label || `${audio ? 'Microphone' : 'Camera'} ${index + 1}`}
            </option>`,
          )}
          <option value=${NONE} selected=${selected === NONE}>
            ${audio ? 'No microphone' : 'No camera'}
          </option>
        </select>
        <${Icon} name="chevron" size=${16} />
      </div>
      ${problem && this.problem(problem)}
    </div>`;
  }

  /** The same choice again is no change to the select: so a button. @param {string} text */
  problem(text) {
    const { app, kind } = this.props;
    return html`<div class="problem with-button">
      <p id=${`${kind}-problem`} role="alert">${text}</p>
      <button
        type="button"
        class="button small"
        aria-label=${`Try again: ${kind === 'audio' ? 'microphone' : 'camera'}`}
        onClick=${() => app.devices.turnOn(kind)}
      >
        Try again
      </button>
    </div>`;
  }
}
