import { duration, qualityWord } from '../lib/words.js';
import { Icon, IconButton } from '../ui/controls.js';
import { html, signal, View } from '../ui/view.js';
import { QualityPopover } from './quality.js';

/** @import { App } from '../state/app.js' */

/** @extends {View<{ app: App }>} */
export class CallTop extends View {
  qualityShown = signal(false);

  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const { call } = app;
    const score = call.score.value;
    const toggle = () => {
      this.qualityShown.value = !this.qualityShown.value;
    };
    return html`<header class="call-top">
      <span class="call-brand"><${Icon} name="logo" size=${24} /></span>
      <h1 class="call-room" tabindex="-1">${app.roomName.value}</h1>
      <${Clock} app=${app} />
      ${
        call.recording.value &&
        html`<span class="recording" data-paused=${call.recording.value.paused}>
          <span class="dot" aria-hidden="true" />
          ${call.recording.value.paused ? 'Recording paused' : 'Recording'}
        </span>`
      }
      <span class="spacer" />
      <button type="button" class="button quiet invite" onClick=${() => app.copyLink()}>
        <${Icon} name="link" size=${18} />Copy link
      </button>
      <div class="anchor">
        <button
          type="button"
          class="quality-button"
          aria-label=${`Connection: ${qualityWord(score)}`}
          title=${`Connection: ${qualityWord(score)}`}
          aria-expanded=${this.qualityShown.value}
          onClick=${toggle}
        >
          <${QualityBars} score=${score} />
        </button>
        ${this.qualityShown.value && html`<${QualityPopover} app=${app} onClose=${toggle} />`}
      </div>
      ${
        // Phones of Apple's have it for a video alone.
        'requestFullscreen' in document.documentElement &&
        html`<${IconButton}
          icon="fullscreen"
          label="Full screen"
          hint="F"
          onClick=${() => app.toggleFullscreen()}
        />`
      }
    </header>`;
  }
}

/** @param {{ score: number | undefined }} props */
export function QualityBars({ score }) {
  const lit = score === undefined ? 0 : Math.max(1, score - 1);
  return html`<span class="quality-bars" data-score=${score ?? 'none'} aria-hidden="true">
    ${[1, 2, 3, 4].map(bar => html`<i key=${bar} data-lit=${score !== undefined && bar <= lit} />`)}
  </span>`;
}

/** @extends {View<{ app: App }>} */
class Clock extends View {
  now = signal(Date.now());
  /** @type {any} */
  timer = null;

  /** @override */
  componentDidMount() {
    this.timer = setInterval(() => {
      this.now.value = Date.now();
    }, 1000);
  }

  /** @override */
  componentWillUnmount() {
    super.componentWillUnmount();
    clearInterval(this.timer);
  }

  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const since = app.call.startedAt.value;
    const seconds = since ? (this.now.value - since) / 1000 : 0;
    return html`<span class="clock" role="timer" aria-label="Time in this call">
      ${duration(seconds)}
    </span>`;
  }
}
