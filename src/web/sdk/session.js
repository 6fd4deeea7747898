import { TributaryError } from './error.js';
import { MediaLink } from './media-link.js';
import { Recovery } from './recovery.js';
import { ScreenShare } from './screen-share.js';
import { Signalling } from './signalling.js';

/**
 * @import { JoinOptions, LeaveDetail, LocalMedia, MediaKind, Participant, Quality, RoomEventMap, VideoRequest } from './tributary.js'
 * @import { RoomModel } from './room-model.js'
 * @import { Message } from './signalling.js'
 * @typedef {{
 *   emit: <Type extends keyof RoomEventMap & string>(type: Type, detail: RoomEventMap[Type]) => void,
 *   onConnected: () => void,
 *   onInterrupted: () => void,
 *   onEnded: (detail: LeaveDetail) => void,
 * }} Host  `onEnded` is called at most once, and not for an end that the host asked for
 */

/** Seconds, when the server does not say. */
const DEFAULT_PING = 15;

/** One stay in a room, from the first message to the last, through every interruption. */
export class Session {
  #options;
  #media;
  #model;
  #host;
  #signalling;
  #link;
  #recovery;
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  /** @type {string | undefined} */
  #resumeToken;
  #handRaised = false;
  #screen;
  /** @type {Quality | null} */
  #quality = null;
  #updatesUnderWay = 0;
  /** Whether our latest offer was to receive only; null before the first. @type {boolean | null} */
  #offeredReceiveOnly = null;
  #ended = false;
  /** @type {(() => void)[]} */
  #subscriptions = [];

  /**
   * @param {string | URL} url
   * @param {JoinOptions} options
   * @param {LocalMedia} media
   * @param {RoomModel} model  filled by this session
   * @param {Host} host
   */
  constructor(url, options, media, model, host) {
    this.#options = options;
    this.#media = media;
    this.#model = model;
    this.#host = host;
    this.#signalling = new Signalling(url);
    this.#link = new MediaLink(this.#signalling, media);
    this.#screen = new ScreenShare({
      claim: screenShared => this.update({ screenShared }),
      send: track => this.#sendScreen(track),
      onChanged: (screen, reason) => host.emit('screenChanged', { screen, reason }),
    });
    this.#recovery = new Recovery({
      isOpen: () => this.#signalling.isOpen,
      open: () => this.#signalling.open(),
      join: () => this.#enter(),
      offer: () => this.#offer(),
      mediaFlows: () => this.#link.flows(),
      forgetSession: () => this.#forget(),
      giveUp: error => this.#giveUp(error),
    });
    this.#subscribe();
  }

  get link() {
    return this.#link;
  }

  get screen() {
    return this.#screen.track;
  }

  /** @param {MediaStreamTrack} [track] */
  async shareScreen(track) {
    const limits = this.#screenLimits();
    if (!limits) throw new TributaryError('forbidden', 'No screens are shared in this room.');
    await this.#screen.start(limits, track);
  }

  async stopScreen() {
    await this.#screen.stop('stopped');
  }

  /** Resolves with our offer answered; rejects, ended, with TributaryError. */
  async start() {
    try {
      if (!this.#ended) await this.#signalling.open();
      await this.#enter();
      await this.#offer();
    } catch (error) {
      this.end();
      throw error;
    }
    if (this.#ended) throw new TributaryError('connectionLost', 'Left while joining.');
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} [fields]
   */
  async request(type, fields) {
    await this.#signalling.request(type, fields);
  }

  /** @param {{ name?: string, audioMuted?: boolean, videoMuted?: boolean, handRaised?: boolean, screenShared?: boolean }} fields */
  async update(fields) {
    if (fields.name !== undefined) this.#options = { ...this.#options, name: fields.name };
    if (fields.handRaised !== undefined) this.#handRaised = fields.handRaised;
    this.#updatesUnderWay += 1;
    try {
      await this.#signalling.request('update', fields);
    } finally {
      this.#updatesUnderWay -= 1;
    }
  }

  /** @param {Quality} quality  kept through reconnections */
  async setQuality(quality) {
    this.#quality = quality;
    await this.#signalling.request('quality', { ...quality });
  }

  /** Says goodbye, if there is somebody to hear it, and ends. */
  end() {
    if (this.#ended) return;
    this.#ended = true;
    this.#screen.release('left');
    this.#signalling.send('leave');
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#recovery.stop();
    this.#link.close();
    this.#signalling.close();
  }

  #subscribe() {
    const goodbye = () => this.#signalling.send('leave');
    globalThis.addEventListener?.('pagehide', goodbye);
    this.#subscriptions = [
      this.#signalling.on('message', message => this.#onMessage(message)),
      this.#signalling.on('closed', () => this.#recover({ join: true })),
      this.#link.on('connected', ({ mix }) => this.#onMediaConnected(mix)),
      this.#link.on('failed', ({ reason }) => this.#onMediaFailed(reason)),
      this.#media.on('changed', ({ kind }) => this.#onMediaChanged(kind)),
      () => globalThis.removeEventListener?.('pagehide', goodbye),
    ];
  }

  async #enter() {
    const { room, name, token } = this.#options;
    const resumeToken = this.#resumeToken;
    const joined = await this.#signalling.request('join', { room, name, token, resumeToken });
    this.#resumeToken = joined.resumeToken;
    this.#iceServers = joined.iceServers ?? [];
    this.#apply(joined);
    this.#followRole();
    this.#signalling.pingEvery(joined.server?.pingInterval || DEFAULT_PING);
    this.update({ ...this.#mutes(), handRaised: this.#handRaised }).catch(() => {});
    this.#screen.reclaim();
    if (this.#quality) this.setQuality(this.#quality).catch(() => {});
  }

  /** Viewers are neither heard nor seen. */
  get #receivesOnly() {
    return Boolean(this.#options.receiveOnly) || this.#model.me?.role === 'viewer';
  }

  /**
   * What may be sent is negotiated once: a viewer who may speak now, or the other way round, offers anew. Nothing
   * has broken, and nobody is told so.
   */
  #followRole() {
    if (this.#model.me?.role === 'viewer') this.#screen.stop('refused').catch(() => {});
    const offered = this.#offeredReceiveOnly;
    if (offered !== null && offered !== this.#receivesOnly) this.#comeBack({ offer: true });
  }

  async #offer() {
    this.#offeredReceiveOnly = this.#receivesOnly;
    await this.#link.connect({
      iceServers: this.#iceServers,
      receiveOnly: this.#offeredReceiveOnly,
      videoCodec: this.#options.videoCodec,
      screen: this.#screenLimits(),
    });
  }

  /** @param {MediaStreamTrack | null} track */
  async #sendScreen(track) {
    await this.#link.sendScreen(track);
    // Screens have been allowed since we offered: only a new offer has a line for them.
    if (track && !this.#link.hasScreenLine) await this.#offer();
  }

  #screenLimits() {
    return this.#model.server?.features?.screen || null;
  }

  /** @param {Message} message */
  #onMessage(message) {
    if (message.type === 'candidate') {
      this.#link.addCandidate(/** @type {any} */ (message));
    } else if (message.type === 'requestVideo') {
      const request = /** @type {VideoRequest} */ (/** @type {unknown} */ (message));
      this.#link.requestVideo(request);
      this.#host.emit('videoRequested', request);
    } else if (message.type === 'leave') this.#onLeave(message);
    else if (message.type === 'error' || message.type === 'warning') {
      this.#warn(new TributaryError(message.code, message.message));
    } else this.#apply(message);
  }

  /** @param {Message} message */
  #apply(message) {
    for (const [type, detail] of this.#model.apply(message)) {
      this.#host.emit(type, /** @type {any} */ (detail));
    }
    const mine = message.participant?.identity === this.#model.identity;
    if (message.type !== 'participantUpdated' || !mine) return;
    this.#followModerator(message.participant);
    this.#followRole();
  }

  /** @param {Message} message */
  #onLeave({ reason, action, retryAfter = 0 }) {
    const after = retryAfter * 1000;
    if (action === 'resume') {
      this.#signalling.close();
      this.#recover({ join: true, after });
    } else if (action === 'reconnect') {
      this.#link.close();
      this.#recover({ join: true, offer: true, after });
    } else {
      this.end();
      this.#host.onEnded({ reason });
    }
  }

  /**
   * What a moderator has muted is muted here; what others believe to be on, and is not, is put right.
   * While an update of ours is under way the server's word is older than ours.
   *
   * @param {Participant} me
   */
  #followModerator(me) {
    if (this.#updatesUnderWay || me.role === 'viewer') return;
    const { audioMuted, videoMuted } = this.#mutes();
    if (me.audioMuted && !audioMuted) this.#muteForModerator('audio');
    if (me.videoMuted && !videoMuted) this.#muteForModerator('video');
    if (this.#screen.track && !me.screenShared) this.#screen.stop('refused').catch(() => {});
    const wrong = (audioMuted && !me.audioMuted) || (videoMuted && !me.videoMuted);
    if (wrong) this.update({ audioMuted, videoMuted }).catch(() => {});
  }

  /** @param {MediaKind} kind */
  #muteForModerator(kind) {
    const told = () => this.#host.emit('mutedByModerator', { kind });
    this.#media.setMuted(kind, true).then(told, () => {});
  }

  #mutes() {
    return { audioMuted: this.#media.audioMuted, videoMuted: this.#media.videoMuted };
  }

  /** @param {MediaKind} kind */
  #onMediaChanged(kind) {
    this.#link.refresh(kind).catch(error => this.#warn(error));
    if (this.#model.me) this.update(this.#mutes()).catch(() => {});
  }

  /** @param {MediaStream} mix */
  #onMediaConnected(mix) {
    this.#recovery.succeeded();
    this.#host.emit('mixChanged', { mix });
    if (!this.#recovery.isRunning) this.#host.onConnected();
  }

  /** @param {string} reason */
  #onMediaFailed(reason) {
    if (reason === 'connectTimeout') {
      const message = 'Audio and video cannot reach the server: a firewall may be in the way.';
      this.#warn(new TributaryError('timeout', message));
    }
    this.#recover({ offer: true });
  }

  /** @param {{ join?: boolean, offer?: boolean, after?: number }} needs */
  async #recover(needs) {
    if (this.#ended || !this.#model.me) return;
    this.#host.onInterrupted();
    await this.#comeBack(needs);
  }

  /** @param {{ join?: boolean, offer?: boolean, after?: number }} needs */
  async #comeBack(needs) {
    // Before we were let in there is nothing to come back to: start() rejects.
    if (this.#ended || !this.#model.me) return;
    await this.#recovery.need(needs);
    const well = !this.#ended && !this.#recovery.isRunning && this.#link.isConnected;
    if (well) this.#host.onConnected();
  }

  /** The next join is a stranger's, on a new socket; false when this one was already. */
  #forget() {
    const had = this.#resumeToken !== undefined;
    this.#resumeToken = undefined;
    this.#signalling.close();
    return had;
  }

  /** @param {unknown} error */
  #giveUp(error) {
    const known = error instanceof TributaryError ? error : undefined;
    this.end();
    this.#host.onEnded({ reason: known?.code ?? 'failed', error: known });
  }

  /** @param {Error} error */
  #warn(error) {
    this.#host.emit('warning', { error });
  }
}
