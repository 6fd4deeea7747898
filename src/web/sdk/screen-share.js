import { openScreen } from './devices.js';

/**
 * @import { ScreenEnd, ScreenLimits } from './tributary.js'
 * @typedef {{
 *   claim: (shared: boolean) => Promise<void>,
 *   send: (track: MediaStreamTrack | null) => Promise<void>,
 *   onChanged: (screen: MediaStreamTrack | null, reason: 'started' | ScreenEnd) => void,
 * }} Host  `claim` asks the server and rejects when it refuses
 */

/** The screen this client shares: captured, claimed, sent, and ended, whoever ends it. */
export class ScreenShare {
  /** @type {MediaStreamTrack | null} */
  track = null;
  #host;
  #owned = false;

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * Asks for the screen before anything else: browsers want a fresh click for that.
   *
   * @param {ScreenLimits} limits
   * @param {MediaStreamTrack} [given]  made elsewhere; stays the caller's to stop
   */
  async start(limits, given) {
    if (this.track) return;
    const track = given ?? (await openScreen(limits));
    try {
      await this.#host.claim(true);
    } catch (error) {
      if (!given) track.stop();
      throw error;
    }
    // Text before motion: browsers then keep the resolution and let frames go.
    track.contentHint ||= 'detail';
    this.track = track;
    this.#owned = !given;
    track.addEventListener('ended', this.#onEnded);
    this.#host.onChanged(track, 'started');
    // The browser's own button may have been quicker than the server.
    if (track.readyState === 'ended') await this.stop('ended');
    else await this.#host.send(track);
  }

  /** @param {ScreenEnd} reason */
  async stop(reason) {
    if (!this.track) return;
    this.release(reason);
    await this.#host.send(null);
    if (reason !== 'refused') await this.#host.claim(false);
  }

  /** After a reconnection: the server may have forgotten us, or given the place away. */
  reclaim() {
    if (this.track) this.#host.claim(true).catch(() => this.stop('refused'));
  }

  /**
   * Ends the capture without telling the server.
   *
   * @param {ScreenEnd} reason
   */
  release(reason) {
    const { track } = this;
    if (!track) return;
    this.track = null;
    track.removeEventListener('ended', this.#onEnded);
    if (this.#owned) track.stop();
    this.#host.onChanged(null, reason);
  }

  #onEnded = () => {
    this.stop('ended').catch(() => {});
  };
}
