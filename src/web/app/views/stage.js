import { tileBoxes } from '../lib/overlay.js';
import { Icon } from '../ui/controls.js';
import { html, signal, View } from '../ui/view.js';
import { Tile } from './tile.js';

/** @import { App } from '../state/app.js' */

const DEFAULT_RATIO = 16 / 9;

/**
 * The mix, as large as its shape allows, under a transparent copy of its tiles.
 *
 * @extends {View<{ app: App }>}
 */
export class Stage extends View {
  /** @type {HTMLVideoElement | null} */
  video = null;
  blocked = signal(false);
  waiting = signal(true);

  /** @override */
  componentDidMount() {
    this.#attach();
  }

  /** @override */
  componentDidUpdate() {
    this.#attach();
  }

  async #attach() {
    const mix = this.props.app.call.mix.peek();
    const { video } = this;
    if (!video || video.srcObject === mix) return;
    video.srcObject = mix;
    if (mix) await this.play();
  }

  /** Browsers may forbid sound before the first click: then silently, and a button asks for it. */
  play = async () => {
    const { video } = this;
    if (!video) return;
    try {
      video.muted = false;
      await video.play();
      this.blocked.value = false;
    } catch (error) {
      if (/** @type {Error} */ (error).name !== 'NotAllowedError') return;
      this.blocked.value = true;
      video.muted = true;
      await video.play().catch(() => {});
    }
  };

  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const { call } = app;
    const canvas = call.layout.value?.canvas;
    const ratio = canvas?.width && canvas.height ? canvas.width / canvas.height : DEFAULT_RATIO;
    const hasMix = Boolean(call.mix.value);
    return html`<div class="stage">
      <div class="canvas" style=${{ '--ratio': String(ratio) }}>
        <video
          ref=${(/** @type {HTMLVideoElement} */ element) => {
            this.video = element;
          }}
          autoplay
          playsinline
          aria-label="The call: everybody in one picture"
          onPlaying=${() => {
            this.waiting.value = false;
          }}
        />
        ${app.audioOnly.value ? html`<${SoundOnly} app=${app} />` : this.tiles(app)}
        ${
          (this.waiting.value || !hasMix) &&
          html`<div class="stage-wait">
            <span class="spinner large" />
            <span>${call.state.value === 'reconnecting' ? 'Reconnecting…' : 'Connecting…'}</span>
          </div>`
        }
        ${
          this.blocked.value &&
          html`<button type="button" class="button primary large listen" onClick=${this.play}>
            <${Icon} name="speaker" />Click to listen
          </button>`
        }
      </div>
    </div>`;
  }

  /** @param {App} app */
  tiles(app) {
    const { layout, participants, speakers, me } = app.call;
    const tiles = tileBoxes(layout.value, participants.value, speakers.value, me.value?.identity);
    return html`<ul class="tiles" aria-label="Who is in the picture">
      ${tiles.map(tile => html`<${Tile} key=${tile.key} app=${app} tile=${tile} />`)}
    </ul>`;
  }
}

/** Covers the last picture, which stands still. @param {{ app: App }} props */
function SoundOnly({ app }) {
  return html`<div class="sound-only">
    <${Icon} name="speaker" size=${28} />
    <span>Sound only</span>
    <button type="button" class="button" onClick=${() => app.toggleAudioOnly()}>
      Show the picture
    </button>
  </div>`;
}
