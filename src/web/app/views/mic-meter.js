import { html, View } from '../ui/view.js';

const BARS = 12;
/** dBFS of the first and the last bar. */
const QUIET = -60;
const LOUD = -12;

/** Of what a user does, that by which browsers let sound run. */
const GESTURES = ['pointerdown', 'keydown'];

/**
 * How loud the microphone is, so that one sees it works.
 *
 * @extends {View<{ track: MediaStreamTrack | null }>}
 */
export class MicMeter extends View {
  /** @type {HTMLElement | null} */
  element = null;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #frame = 0;

  /** @override */
  componentDidMount() {
    this.#listen();
  }

  /** @override */
  componentDidUpdate() {
    this.#listen();
  }

  /** @override */
  componentWillUnmount() {
    super.componentWillUnmount();
    this.#stop();
  }

  #listen() {
    const { track } = this.props;
    if (track === this.#track) return;
    this.#stop();
    this.#track = track;
    if (!track) return;
    this.#context = new AudioContext();
    this.#resume();
    for (const gesture of GESTURES) document.addEventListener(gesture, this.#resume, true);
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const draw = () => {
      analyser.getFloatTimeDomainData(samples);
      this.#show(litBars(samples));
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }

  /** A context that is made before the user has done anything may have to wait for that. */
  #resume = () => {
    if (this.#context?.state !== 'running') this.#context?.resume().catch(() => {});
  };

  #stop() {
    cancelAnimationFrame(this.#frame);
    for (const gesture of GESTURES) document.removeEventListener(gesture, this.#resume, true);
    this.#context?.close();
    this.#context = null;
    this.#track = null;
    this.#show(0);
  }

  /** @param {number} lit */
  #show(lit) {
    if (this.element) this.element.dataset.level = String(lit);
    this.element?.querySelectorAll('i').forEach((bar, index) => {
      bar.toggleAttribute('data-lit', index < lit);
    });
  }

  /** @override */
  view() {
    return html`<div
      class="mic-meter"
      ref=${(/** @type {HTMLElement} */ element) => {
        this.element = element;
      }}
      aria-hidden="true"
    >
      ${Array.from({ length: BARS }, (_, index) => html`<i key=${index} />`)}
    </div>`;
  }
}

/** @param {Float32Array} samples */
export function litBars(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const level = 10 * Math.log10(power + 1e-10);
  const share = (level - QUIET) / (LOUD - QUIET);
  return Math.round(Math.min(1, Math.max(0, share)) * BARS);
}
