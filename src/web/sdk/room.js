import { Emitter } from './emitter.js';
import { TributaryError } from './error.js';
import { LocalMedia } from './local-media.js';
import { MediaLink } from './media-link.js';
import { Recovery } from './recovery.js';
import { RoomModel } from './room-model.js';
import { defaultUrl, Signalling } from './signalling.js';

/**
 * @import { DeviceChoice, JoinOptions, LeaveDetail, MediaKind, Participant, Quality } from './tributary.js'
 * @import { RoomEventMap, RoomOptions, RoomState, VideoRequest } from './tributary.js'
 * @import { Message } from './signalling.js'
 * @typedef {import('./tributary.js').LocalMedia} MediaSource
 */

const DEFAULT_PING = 15;

/**
 * One participant's session in one room at a time. Contract: tributary.d.ts.
 *
 * @extends {Emitter<RoomEventMap>}
 */
export class Room extends Emitter {
  /** @type {RoomState} */
  #state = 'idle';
  #model = new RoomModel();
  #signalling;
  /** @type {MediaSource} */
  #media = new LocalMedia();
  #ownsMedia = false;
  /** @type {MediaLink | null} */
  #link = null;
  /** @type {Recovery | null} */
  #recovery = null;
  /** @type {JoinOptions} */
  #options = { room: '' };
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  /** @type {string | undefined} */
  #resumeToken;
  #handRaised = false;
  /** @type {Quality | null} */
  #quality = null;
  #updatesUnderWay = 0;
  /** @type {(() => void)[]} */
  #subscriptions = [];

  /** @param {RoomOptions} [options] */
  constructor({ url = defaultUrl() } = {}) {
    super();
    this.#signalling = new Signalling(url);
    this.#signalling.on('message', message => this.#onMessage(message));
    this.#signalling.on('closed', () => this.#recover({ join: true }));
  }

  get state() {
    return this.#state;
  }
  get name() {
    return this.#options.room;
  }
  get participant() {
    return this.#model.me;
  }
  get participants() {
    return this.#model.participants;
  }
  get activeSpeakers() {
    return this.#model.activeSpeakers;
  }
  get layout() {
    return this.#model.layout;
  }
  get recording() {
    return this.#model.recording;
  }
  get messages() {
    return this.#model.messages;
  }
  get connectionQuality() {
    return this.#model.connectionQuality;
  }
  get server() {
    return this.#model.server;
  }
  get mix() {
    return this.#link?.mix ?? null;
  }
  get media() {
    return this.#media;
  }
  get connection() {
    return this.#link?.connection ?? null;
  }

  /** @param {JoinOptions} options */
  async join(options) {
    if (this.#state !== 'idle' && this.#state !== 'left') {
      throw new TributaryError('badRequest', 'This Room is in a call already: leave it first.');
    }
    this.#begin(options);
    const link = this.#link;
    try {
      if (this.#ownsMedia) await this.#openMedia(options);
      await this.#signalling.open();
      await this.#enter();
      await this.#offer();
    } catch (error) {
      if (this.#link === link) this.#end('idle');
      throw error;
    }
    if (this.#link !== link) throw new TributaryError('connectionLost', 'Left while joining.');
    if (!this.#signalling.isOpen) this.#recover({ join: true });
  }

  async leave() {
    if (!this.#link) return;
    this.#signalling.send('leave');
    this.#end('left', { reason: 'left' });
  }

  /**
   * @param {MediaKind} kind
   * @param {boolean} muted
   */
  async setMuted(kind, muted) {
    await this.#media.setMuted(kind, muted);
  }

  /**
   * @param {MediaKind} kind
   * @param {DeviceChoice} choice
   */
  async setDevice(kind, choice) {
    await this.#media.choose(kind, choice);
  }

  /** @param {string} name */
  async setName(name) {
    this.#options = { ...this.#options, name };
    await this.#update({ name });
  }

  /** @param {boolean} raised */
  async setHandRaised(raised) {
    this.#handRaised = raised;
    await this.#update({ handRaised: raised });
  }

  /** @param {Quality} quality */
  async setQuality(quality) {
    this.#quality = quality;
    await this.#signalling.request('quality', { ...quality });
  }

  /** @param {string} text */
  async chat(text) {
    await this.#signalling.request('chat', { text });
  }

  /**
   * @param {string} layout
   * @param {string} [spotlight]
   */
  async setLayout(layout, spotlight) {
    await this.#signalling.request('setLayout', { layout, spotlight });
  }

  /**
   * @param {string} identity
   * @param {{ audioMuted?: boolean, videoMuted?: boolean, remove?: boolean }} action
   */
  async moderate(identity, action) {
    await this.#signalling.request('moderate', { identity, ...action });
  }

  async startRecording() {
    await this.#signalling.request('startRecording');
  }

  async stopRecording() {
    await this.#signalling.request('stopRecording');
  }

  async stats() {
    return (await this.#link?.stats()) ?? null;
  }

  /** @param {JoinOptions} options */
  #begin(options) {
    this.#options = options;
    this.#model = new RoomModel();
    this.#resumeToken = undefined;
    this.#handRaised = false;
    this.#ownsMedia = !options.media;
    this.#media = options.media ?? new LocalMedia();
    this.#link = new MediaLink(this.#signalling, this.#media);
    this.#recovery = new Recovery({
      isOpen: () => this.#signalling.isOpen,
      open: () => this.#signalling.open(),
      join: () => this.#enter(),
      offer: () => this.#offer(),
      mediaFlows: async () => (await this.#link?.flows()) ?? false,
      forgetSession: () => this.#forgetSession(),
      giveUp: error => this.#giveUp(error),
    });
    const goodbye = () => this.#signalling.send('leave');
    globalThis.addEventListener?.('pagehide', goodbye);
    this.#subscriptions = [
      this.#link.on('connected', () => this.#onMediaConnected()),
      this.#link.on('failed', ({ reason }) => this.#onMediaFailed(reason)),
      this.#media.on('changed', ({ kind }) => this.#onMediaChanged(kind)),
      () => globalThis.removeEventListener?.('pagehide', goodbye),
    ];
    this.#setState('joining');
  }

  /** @param {JoinOptions} options  a device that cannot be opened does not keep us out */
  async #openMedia({ audio = true, video = true, receiveOnly }) {
    if (receiveOnly) return;
    const media = this.#media;
    await Promise.all([
      media.choose('audio', audio).catch(error => this.emit('warning', { error })),
      media.choose('video', video).catch(error => this.emit('warning', { error })),
    ]);
  }

  async #enter() {
    const { room, name, token } = this.#options;
    const resumeToken = this.#resumeToken;
    const joined = await this.#signalling.request('join', { room, name, token, resumeToken });
    this.#resumeToken = joined.resumeToken;
    this.#iceServers = joined.iceServers ?? [];
    this.#apply(joined);
    this.#signalling.pingEvery(joined.server?.pingInterval || DEFAULT_PING);
    this.#update({ ...this.#mutes(), handRaised: this.#handRaised }).catch(() => {});
    if (this.#quality) this.setQuality(this.#quality).catch(() => {});
  }

  async #offer() {
    await this.#link?.connect({
      iceServers: this.#iceServers,
      receiveOnly: this.#options.receiveOnly || this.participant?.role === 'viewer',
      videoCodec: this.#options.videoCodec,
    });
  }

  /** @param {Message} message */
  #onMessage(message) {
    if (!this.#link) return;
    if (message.type === 'candidate') {
      this.#link.addCandidate(/** @type {any} */ (message));
    } else if (message.type === 'requestVideo') {
      const request = /** @type {VideoRequest} */ (/** @type {unknown} */ (message));
      this.#link.requestVideo(request);
      this.emit('videoRequested', request);
    } else if (message.type === 'leave') this.#onLeave(message);
    else if (message.type === 'error') {
      this.emit('warning', { error: new TributaryError(message.code, message.message) });
    } else this.#apply(message);
  }

  /** @param {Message} message */
  #apply(message) {
    for (const [type, detail] of this.#model.apply(message))
      this.emit(type, /** @type {any} */ (detail));
    const mine = message.participant?.identity === this.#model.identity;
    if (message.type === 'participantUpdated' && mine) this.#followModerator(message.participant);
  }

  /** @param {Message} message */
  #onLeave({ reason, action, retryAfter = 0 }) {
    const after = retryAfter * 1000;
    if (action === 'resume') {
      this.#signalling.close();
      this.#recover({ join: true, after });
    } else if (action === 'reconnect') {
      this.#link?.close();
      this.#recover({ join: true, offer: true, after });
    } else this.#end('left', { reason });
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
    if (me.audioMuted && !audioMuted) this.setMuted('audio', true).catch(() => {});
    if (me.videoMuted && !videoMuted) this.setMuted('video', true).catch(() => {});
    const wrong = (audioMuted && !me.audioMuted) || (videoMuted && !me.videoMuted);
    if (wrong) this.#update({ audioMuted, videoMuted }).catch(() => {});
  }

  #mutes() {
    return { audioMuted: this.#media.audioMuted, videoMuted: this.#media.videoMuted };
  }

  /** @param {Record<string, unknown>} fields */
  async #update(fields) {
    this.#updatesUnderWay += 1;
    try {
      await this.#signalling.request('update', fields);
    } finally {
      this.#updatesUnderWay -= 1;
    }
  }

  /** @param {MediaKind} kind */
  #onMediaChanged(kind) {
    this.#link?.refresh(kind).catch(error => this.emit('warning', { error }));
    if (this.participant) this.#update(this.#mutes()).catch(() => {});
    this.emit('mediaChanged', { kind });
  }

  #onMediaConnected() {
    this.#recovery?.backoff.reset();
    if (this.mix) this.emit('mixChanged', { mix: this.mix });
    if (!this.#recovery?.isRunning) this.#setState('connected');
  }

  /** @param {string} reason */
  #onMediaFailed(reason) {
    if (reason === 'connectTimeout') {
      const message = 'Audio and video cannot reach the server: a firewall may be in the way.';
      this.emit('warning', { error: new TributaryError('timeout', message) });
    }
    this.#recover({ offer: true });
  }

  /** @param {{ join?: boolean, offer?: boolean, after?: number }} needs */
  async #recover(needs) {
    const recovery = this.#recovery;
    if (!recovery || !this.participant) return;
    this.#setState('reconnecting');
    await recovery.need(needs);
    const well = this.#recovery === recovery && !recovery.isRunning && this.#link?.isConnected;
    if (well) this.#setState('connected');
  }

  #forgetSession() {
    const had = this.#resumeToken !== undefined;
    this.#resumeToken = undefined;
    this.#signalling.close();
    return had;
  }

  /** @param {unknown} error */
  #giveUp(error) {
    const known = error instanceof TributaryError ? error : undefined;
    this.#end('left', { reason: known?.code ?? 'failed', error: known });
  }

  /**
   * @param {'idle' | 'left'} state
   * @param {LeaveDetail} [detail]
   */
  #end(state, detail) {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    this.#recovery?.stop();
    this.#recovery = null;
    this.#link?.close();
    this.#link = null;
    this.#signalling.close();
    if (this.#ownsMedia) this.#media.close();
    this.#setState(state, detail);
  }

  /**
   * @param {RoomState} state
   * @param {LeaveDetail} [detail]
   */
  #setState(state, detail) {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    this.emit('stateChanged', { state, previous, ...detail });
  }
}
