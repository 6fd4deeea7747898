import { Emitter } from './emitter.js';
import { apart, canKeepLipSync, LipSync } from './lip-sync.js';
import { DEFAULT_UPLINK, encodingFor, preferCodec } from './uplink.js';

/**
 * @import { MediaKind, ScreenLimits, VideoCodec, VideoRequest } from './tributary.js'
 * @import { Signalling } from './signalling.js'
 * @typedef {MediaKind | 'screen'} Line
 * @typedef {{
 *   iceServers: RTCIceServer[],
 *   receiveOnly: boolean,
 *   videoCodec?: VideoCodec,
 *   screen?: ScreenLimits | null,
 * }} PeerOptions  `screen`: what one may be sent within; without, no line is offered for it
 * @typedef {{ connected: undefined, failed: { reason: string } }} PeerEventMap
 */

const CONNECT_TIMEOUT = 15_000;
/** Longer than a change of network takes to heal by itself, shorter than people's patience. */
const DISCONNECTED_TIMEOUT = 3_000;
/** Seconds without a single RTP packet. The mix never pauses, so silence means a dead sender. */
const SILENCE_LIMIT = 6;

/**
 * One RTCPeerConnection towards the mixer, from offer to end: one audio line, one video line, and one for a
 * screen, negotiated once. It never heals: `failed` (once, at most) asks the owner for a new Peer.
 *
 * @extends {Emitter<PeerEventMap>}
 */
export class Peer extends Emitter {
  /** The mix; its tracks exist from the start, and carry media once `connected`. */
  mix = new MediaStream();
  isConnected = false;
  #signalling;
  /** @type {Record<MediaKind, RTCRtpTransceiver> & { screen?: RTCRtpTransceiver }} */
  #transceivers;
  /** @type {RTCIceCandidateInit[] | null} null once they can be added directly */
  #remoteCandidates = [];
  /** @type {(Record<string, unknown>)[] | null} null once the offer is on its way */
  #localCandidates = [];
  /** @type {any} */
  #deadline = null;
  /** @type {any} */
  #watch = null;
  #silence = 0;
  #packets = 0;
  /** @type {{ [source: string]: VideoRequest }} */
  #videoRequests = {};
  #parameters = Promise.resolve();
  /** @type {LipSync | null} */
  #lipSync = null;

  /**
   * @param {Signalling} signalling
   * @param {PeerOptions} options
   */
  constructor(signalling, { iceServers, receiveOnly, videoCodec, screen }) {
    super();
    this.#signalling = signalling;
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
    this.connection.onicecandidate = event => this.#onLocalCandidate(event.candidate);
    this.connection.onconnectionstatechange = () => this.#onConnectionState();
    const direction = receiveOnly ? 'recvonly' : 'sendrecv';
    this.#transceivers = {
      audio: this.connection.addTransceiver('audio', { direction }),
      video: this.connection.addTransceiver(
        'video',
        receiveOnly ? { direction } : { direction, sendEncodings: [{ ...DEFAULT_UPLINK }] },
      ),
    };
    for (const { receiver } of Object.values(this.#transceivers)) {
      hurry(receiver);
      this.mix.addTrack(receiver.track);
    }
    const { audio, video } = this.#transceivers;
    if (canKeepLipSync())
      this.#lipSync = new LipSync({ audio: audio.receiver, video: video.receiver });
    // The server tells the two video lines apart by their order: the screen's is the second.
    if (screen && !receiveOnly) {
      const { maxBitrate, maxFramerate } = screen;
      const sendEncodings = [{ maxBitrate, maxFramerate }];
      const init = /** @type {const} */ ({ direction: 'sendonly', sendEncodings });
      this.#transceivers.screen = this.connection.addTransceiver('video', init);
    }
    if (videoCodec) this.#offerOnly(videoCodec);
  }

  /** Resolves with the server's answer in place; rejects with its error. */
  async negotiate() {
    this.#deadline = setTimeout(() => this.#fail('connectTimeout'), CONNECT_TIMEOUT);
    await this.connection.setLocalDescription();
    const offer = this.#signalling.request('offer', {
      sdp: this.connection.localDescription?.sdp,
    });
    for (const candidate of this.#localCandidates ?? []) {
      this.#signalling.send('candidate', candidate);
    }
    this.#localCandidates = null;
    const { sdp } = await offer;
    if (this.connection.signalingState === 'closed') return;
    const answer = this.#lipSync ? apart(sdp) : sdp;
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer });
    const waiting = this.#remoteCandidates ?? [];
    this.#remoteCandidates = null;
    for (const candidate of waiting) this.addCandidate(candidate);
    this.#applyVideoRequest('video');
    this.#applyVideoRequest('screen');
  }

  get hasScreenLine() {
    return this.#transceivers.screen !== undefined;
  }

  /** The line of the screen, once negotiated. */
  get screenMid() {
    return this.#transceivers.screen?.mid ?? null;
  }

  /** @param {RTCIceCandidateInit} candidate */
  addCandidate({ candidate, sdpMid, sdpMLineIndex }) {
    const init = { candidate: candidate ?? '', sdpMid, sdpMLineIndex };
    if (this.#remoteCandidates) this.#remoteCandidates.push(init);
    // One that cannot be used (of a Peer before, of an address family we lack) is no loss.
    else this.connection.addIceCandidate(init).catch(() => {});
  }

  /**
   * Sends this track from now on, or nothing. Never negotiates.
   *
   * @param {Line} line
   * @param {MediaStreamTrack | null} track
   */
  async send(line, track) {
    const transceiver = this.#transceivers[line];
    if (!transceiver || transceiver.direction === 'recvonly') return;
    if (transceiver.sender.track === track) return;
    await transceiver.sender.replaceTrack(track);
    if (line !== 'audio') this.#applyVideoRequest(line);
  }

  /** @param {VideoRequest} request */
  requestVideo(request) {
    const line = request.source === 'screen' ? 'screen' : 'video';
    this.#videoRequests[line] = request;
    this.#applyVideoRequest(line);
  }

  /**
   * Whether media arrives within this time.
   *
   * @param {number} ms
   */
  async flows(ms) {
    const before = packetsOf(await this.#inbound());
    await new Promise(resolve => setTimeout(resolve, ms));
    return this.isConnected && packetsOf(await this.#inbound()) > before;
  }

  close() {
    clearTimeout(this.#deadline);
    clearInterval(this.#watch);
    this.connection.onicecandidate = this.connection.onconnectionstatechange = null;
    this.connection.close();
    this.isConnected = false;
  }

  /** @param {VideoCodec} codec */
  #offerOnly(codec) {
    const all = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
    const chosen = preferCodec(all, codec);
    if (!chosen.length) return;
    this.#transceivers.video.setCodecPreferences?.(chosen);
    this.#transceivers.screen?.setCodecPreferences?.(chosen);
  }

  /** @param {RTCIceCandidate | null} found  null after the last */
  #onLocalCandidate(found) {
    const { candidate, sdpMid, sdpMLineIndex } = found ?? { candidate: null };
    const message = { candidate, sdpMid, sdpMLineIndex };
    if (this.#localCandidates) this.#localCandidates.push(message);
    else this.#signalling.send('candidate', message);
  }

  #onConnectionState() {
    const state = this.connection.connectionState;
    clearTimeout(this.#deadline);
    if (state === 'connected') this.#onConnected();
    else if (state === 'failed' || state === 'closed') this.#fail(state);
    else {
      const limit = state === 'disconnected' ? DISCONNECTED_TIMEOUT : CONNECT_TIMEOUT;
      this.#deadline = setTimeout(() => this.#fail(state), limit);
    }
  }

  #onConnected() {
    if (this.isConnected) return;
    this.isConnected = true;
    this.#watch = setInterval(() => this.#check(), 1000);
    this.emit('connected', undefined);
  }

  async #check() {
    const inbound = await this.#inbound();
    const of = (/** @type {MediaKind} */ kind) => inbound.find(stat => stat.kind === kind);
    this.#lipSync?.update({ audio: of('audio'), video: of('video') });
    this.#checkSilence(packetsOf(inbound));
  }

  /** @param {number} packets */
  #checkSilence(packets) {
    this.#silence = packets > this.#packets ? 0 : this.#silence + 1;
    this.#packets = packets;
    if (this.#silence >= SILENCE_LIMIT) this.#fail('noMedia');
  }

  /** @returns {Promise<any[]>} */
  async #inbound() {
    const all = [...(await this.connection.getStats()).values()];
    return all.filter(({ type }) => type === 'inbound-rtp');
  }

  /** @param {string} reason */
  #fail(reason) {
    if (this.connection.onconnectionstatechange === null) return;
    this.close();
    this.emit('failed', { reason });
  }

  /**
   * Changes of parameters follow one another: each reads what the one before has set.
   *
   * @param {'video' | 'screen'} line
   */
  #applyVideoRequest(line) {
    this.#parameters = this.#parameters.then(() => this.#setParameters(line)).catch(() => {});
  }

  /** @param {'video' | 'screen'} line */
  async #setParameters(line) {
    const transceiver = this.#transceivers[line];
    const request = this.#videoRequests[line];
    if (!request || !transceiver || transceiver.direction === 'recvonly') return;
    const { sender } = transceiver;
    const parameters = sender.getParameters();
    if (!parameters.encodings?.length) return;
    Object.assign(parameters.encodings[0], encodingFor(request, sender.track?.getSettings() ?? {}));
    await sender.setParameters(parameters);
  }
}

/** @param {any[]} inbound */
function packetsOf(inbound) {
  return inbound.reduce((sum, { packetsReceived = 0 }) => sum + packetsReceived, 0);
}

/**
 * Asks for the shortest jitter buffer: the mixer has smoothed the stream already.
 *
 * @param {{ jitterBufferTarget?: number | null, playoutDelayHint?: number }} receiver
 */
function hurry(receiver) {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  else if ('playoutDelayHint' in receiver) receiver.playoutDelayHint = 0;
}
