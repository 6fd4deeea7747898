import { Backoff, pause } from './backoff.js';
import { Emitter } from './emitter.js';
import { TributaryError } from './error.js';
import { Peer } from './peer.js';
import { summarise } from './stats.js';

/**
 * @import { LocalMedia, MediaKind, RoomStats, VideoRequest } from './tributary.js'
 * @import { PeerOptions } from './peer.js'
 * @import { Signalling } from './signalling.js'
 * @typedef {{ connected: { mix: MediaStream }, failed: { reason: string } }} MediaLinkEventMap
 */

/** How long after a resumed session its old media may take to show that it still flows. */
const FLOW_TEST = 2_000;
/** A connection that held this long was a good one: the next failure is answered at once. */
const HELD = 10_000;

/**
 * The way of the media to and from the mixer, over one Peer after another.
 *
 * @extends {Emitter<MediaLinkEventMap>}
 */
export class MediaLink extends Emitter {
  /** @type {MediaStream | null} */
  mix = null;
  #signalling;
  #media;
  /** @type {Peer | null} */
  #peer = null;
  /** @type {MediaStreamTrack | null} */
  #screen = null;
  /** The latest of each source. @type {Map<string, VideoRequest>} */
  #videoRequests = new Map();
  /** @type {RoomStats | null} */
  #stats = null;
  #backoff = new Backoff();
  #failures = 0;
  #connectedAt = 0;

  /**
   * @param {Signalling} signalling
   * @param {LocalMedia} media
   */
  constructor(signalling, media) {
    super();
    this.#signalling = signalling;
    this.#media = media;
  }

  get connection() {
    return this.#peer?.connection ?? null;
  }

  get isConnected() {
    return this.#peer?.isConnected ?? false;
  }

  /**
   * Offers a new PeerConnection, which replaces the one before. After failures it waits a while first.
   *
   * @param {PeerOptions} options
   */
  async connect(options) {
    this.close();
    if (this.#failures > 1) await pause(this.#backoff.next());
    try {
      await this.#negotiate(options);
    } catch (error) {
      const mayRetry = error instanceof TributaryError && error.code === 'unsupportedCodec';
      if (!mayRetry || !options.videoCodec) throw error;
      await this.#negotiate({ ...options, videoCodec: undefined });
    }
  }

  /** Whether the present connection, if any, brings media. */
  async flows() {
    return (await this.#peer?.flows(FLOW_TEST)) ?? false;
  }

  /** @param {MediaKind} kind */
  async refresh(kind) {
    await this.#peer?.send(kind, this.#media.outgoing(kind));
  }

  /**
   * Sends this track on the screen's line, or nothing, through every reconnection.
   *
   * @param {MediaStreamTrack | null} track
   */
  async sendScreen(track) {
    this.#screen = track;
    await this.#peer?.send('screen', track);
  }

  get hasScreenLine() {
    return this.#peer?.hasScreenLine ?? false;
  }

  /** @param {VideoRequest} request */
  requestVideo(request) {
    this.#videoRequests.set(request.source, request);
    this.#peer?.requestVideo(request);
  }

  /** @param {RTCIceCandidateInit} candidate */
  addCandidate(candidate) {
    this.#peer?.addCandidate(candidate);
  }

  /** @returns {Promise<RoomStats | null>} */
  async stats() {
    if (!this.connection) return null;
    const report = await this.connection.getStats();
    const screenMid = this.#peer?.screenMid ?? null;
    this.#stats = summarise(report.values(), this.#stats, performance.now(), screenMid);
    return this.#stats;
  }

  close() {
    this.#peer?.close();
    this.#peer = null;
  }

  /** @param {PeerOptions} options */
  async #negotiate(options) {
    this.close();
    const peer = new Peer(this.#signalling, options);
    this.#peer = peer;
    peer.on('connected', () => this.#onConnected(peer));
    peer.on('failed', ({ reason }) => this.#onFailed(peer, reason));
    await Promise.all([
      this.refresh('audio'),
      this.refresh('video'),
      peer.send('screen', this.#screen),
    ]);
    for (const request of this.#videoRequests.values()) peer.requestVideo(request);
    try {
      await peer.negotiate();
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  /** @param {Peer} peer */
  #onConnected(peer) {
    this.#connectedAt = performance.now();
    this.mix = peer.mix;
    this.emit('connected', { mix: peer.mix });
  }

  /**
   * @param {Peer} peer
   * @param {string} reason
   */
  #onFailed(peer, reason) {
    if (this.#peer !== peer) return;
    const held = this.#connectedAt && performance.now() - this.#connectedAt > HELD;
    this.#failures = held ? 1 : this.#failures + 1;
    if (held) this.#backoff.reset();
    this.#connectedAt = 0;
    this.#peer = null;
    this.emit('failed', { reason });
  }
}
