import { html, View } from '../ui/view.js';

/**
 * Plays a MediaStream or a single track, silently.
 *
 * @extends {View<{ track: MediaStreamTrack, label: string }>}
 */
export class TrackVideo extends View {
  /** @type {HTMLVideoElement | null} */
  element = null;

  /** @override */
  componentDidMount() {
    this.#play();
  }

  /** @override */
  componentDidUpdate() {
    this.#play();
  }

  #play() {
    const { element } = this;
    if (!element) return;
    const playing = /** @type {MediaStream | null} */ (element.srcObject)?.getTracks()[0];
    if (playing !== this.props.track) element.srcObject = new MediaStream([this.props.track]);
  }

  /**
   * @override
   * @param {{ label: string }} props
   */
  view({ label }) {
    return html`<video
      class="track-video"
      ref=${(/** @type {HTMLVideoElement} */ element) => {
        this.element = element;
      }}
      autoplay
      playsinline
      muted
      aria-label=${label}
    />`;
  }
}
