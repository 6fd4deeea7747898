import { bitrate, capacityWords, qualityWord } from '../lib/words.js';
import { Popover } from '../ui/popover.js';
import { html, View } from '../ui/view.js';

/**
 * @import { Capacity, RoomStats } from '/sdk/tributary.js'
 * @import { App } from '../state/app.js'
 */

/** @extends {View<{ app: App, onClose: () => void }>} */
export class QualityPopover extends View {
  /**
   * @override
   * @param {{ app: App, onClose: () => void }} props
   */
  view({ app, onClose }) {
    const stats = app.call.stats.value;
    return html`<${Popover} label="Connection" class="quality" onClose=${onClose}>
      <h2>${qualityWord(app.call.score.value)} connection</h2>
      ${
        stats
          ? html`<dl class="facts">
              ${[...rows(stats), ...capacityRow(app.call.capacity.value)].map(
                ([term, text]) => html`<div key=${term}><dt>${term}</dt><dd>${text}</dd></div>`,
              )}
            </dl>`
          : html`<p class="muted">Measuring…</p>`
      }
    <//>`;
  }
}

/**
 * @param {Capacity} capacity
 * @returns {[string, string][]}
 */
function capacityRow({ saved }) {
  return saved.length ? [['Server', `busy: ${capacityWords(saved)}`]] : [];
}

/**
 * @param {RoomStats} stats
 * @returns {[string, string][]}
 */
function rows({ rtt, inbound, outbound }) {
  const { video, audio } = inbound;
  /** @type {[string, string | null | false | undefined][]} */
  const all = [
    ['Round trip', rtt === null ? 'unknown' : `${Math.round(rtt * 1000)} ms`],
    ['Picture', video && `${video.width}×${video.height}, ${Math.round(video.fps)} fps`],
    ['Format', video && [video.codec, audio?.codec].filter(Boolean).join(', ')],
    ['Receiving', bitrate((video?.bitrate ?? 0) + (audio?.bitrate ?? 0))],
    ['Sending', bitrate((outbound.video?.bitrate ?? 0) + (outbound.audio?.bitrate ?? 0))],
    [
      'Camera',
      outbound.video?.width
        ? `${outbound.video.width}×${outbound.video.height}, ${Math.round(outbound.video.fps)} fps`
        : 'not sent',
    ],
    ['Lost', `${(video?.packetsLost ?? 0) + (audio?.packetsLost ?? 0)} packets`],
    ['Jitter', video && `${Math.round(video.jitter * 1000)} ms`],
    ['Freezes', video && String(video.freezeCount)],
  ];
  return all.flatMap(([term, text]) =>
    text ? [/** @type {[string, string]} */ ([term, text])] : [],
  );
}
