import { Emitter } from './emitter.js';
import { TributaryError } from './error.js';
import { LocalMedia } from './local-media.js';
import { RoomModel } from './room-model.js';
import { Session } from './session.js';
import { defaultUrl } from './signalling.js';

/**
 * @import { DeviceChoice, JoinOptions, LeaveDetail, MediaKind, Quality, RoomEventMap, RoomOptions, RoomState } from './tributary.js'
 * @typedef {import('./tributary.js').LocalMedia} MediaSource
 */

/**
 * One participant's session in one room at a time. Contract: tributary.d.ts.
 *
 * @extends {Emitter<RoomEventMap>}
 */
export class Room extends Emitter {
  #url;
  /** @type {RoomState} */
  #state = 'idle';
  #name = '';
  #model = new RoomModel();
  /** @type {Session | null} */
  #session = null;
  /** @type {MediaSource} */
  #media = new LocalMedia();
  #ownsMedia = true;
  #unsubscribe = () => {};

  /** @param {RoomOptions} [options] */
  constructor({ url = defaultUrl() } = {}) {
    super();
    this.#url = url;
  }

  get state() {
    return this.#state;
  }
  get name() {
    return this.#name;
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

  get capacity() {
    return this.#model.capacity;
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
    return this.#session?.link.mix ?? null;
  }
  get media() {
    return this.#media;
  }
  get screen() {
    return this.#session?.screen ?? null;
  }
  get connection() {
    return this.#session?.link.connection ?? null;
  }

  /** @param {JoinOptions} options */
  async join(options) {
    if (this.#session) {
      throw new TributaryError('badRequest', 'This Room is in a call already: leave it first.');
    }
    const session = this.#begin(options);
    try {
      if (this.#ownsMedia) await this.#openMedia(options);
      await session.start();
    } catch (error) {
      if (this.#session === session) this.#finish('idle');
      throw error;
    }
  }

  async leave() {
    if (!this.#session) return;
    this.#session.end();
    this.#finish('left', { reason: 'left' });
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
    await this.#present().update({ name });
  }

  /** @param {boolean} raised */
  async setHandRaised(raised) {
    await this.#present().update({ handRaised: raised });
  }

  /** @param {MediaStreamTrack} [track] */
  async shareScreen(track) {
    await this.#present().shareScreen(track);
  }

  async stopScreen() {
    await this.#session?.stopScreen();
  }

  /** @param {Quality} quality */
  async setQuality(quality) {
    await this.#present().setQuality(quality);
  }

  /** @param {string} text */
  async chat(text) {
    await this.#present().request('chat', { text });
  }

  /**
   * @param {string} layout
   * @param {string} [spotlight]
   */
  async setLayout(layout, spotlight) {
    await this.#present().request('setLayout', { layout, spotlight });
  }

  /**
   * @param {string} identity
   * @param {Parameters<import('./tributary.js').Room['moderate']>[1]} action
   */
  async moderate(identity, action) {
    await this.#present().request('moderate', { identity, ...action });
  }

  async startRecording() {
    await this.#present().request('startRecording');
  }

  async stopRecording() {
    await this.#present().request('stopRecording');
  }

  async stats() {
    return (await this.#session?.link.stats()) ?? null;
  }

  #present() {
    if (!this.#session) throw new TributaryError('badRequest', 'Join a room first.');
    return this.#session;
  }

  /** @param {JoinOptions} options */
  #begin(options) {
    this.#name = options.room;
    this.#model = new RoomModel();
    this.#ownsMedia = !options.media;
    this.#media = options.media ?? new LocalMedia();
    this.#unsubscribe = this.#media.on('changed', detail => this.emit('mediaChanged', detail));
    const session = new Session(this.#url, options, this.#media, this.#model, {
      emit: (type, detail) => this.emit(type, detail),
      onConnected: () => this.#setState('connected'),
      onInterrupted: () => this.#setState('reconnecting'),
      onEnded: detail => this.#finish('left', detail),
    });
    this.#session = session;
    this.#setState('joining');
    return session;
  }

  /** @param {JoinOptions} options  a device that cannot be opened does not keep us out */
  async #openMedia({ audio = true, video = true, receiveOnly }) {
    if (receiveOnly) return;
    const media = this.#media;
    const warn = (/** @type {Error} */ error) => this.emit('warning', { error });
    // One after the other: browsers then ask for both in a row instead of denying one. What is muted or chosen while
    // they ask for the first goes for the second.
    const sound = media.choose('audio', audio).catch(warn);
    await media.choose('video', video, sound).catch(warn);
  }

  /**
   * @param {'idle' | 'left'} state
   * @param {LeaveDetail} [detail]
   */
  #finish(state, detail) {
    this.#session = null;
    this.#unsubscribe();
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
