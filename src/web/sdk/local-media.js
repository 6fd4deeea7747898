import { openTrack } from './devices.js';
import { Emitter } from './emitter.js';

/**
 * @import { DeviceChoice, LocalMediaEventMap, MediaKind } from './tributary.js'
 * @typedef {{
 *   track: MediaStreamTrack | null,
 *   choice: DeviceChoice,
 *   muted: boolean,
 *   adopted: boolean,
 *   mutes: number,
 *   queue: Promise<void>,
 * }} Slot  `mutes`: how often it was muted; `queue`: opening its devices, one after the other
 */

/** @type {MediaKind[]} */
const KINDS = ['audio', 'video'];

/**
 * The microphone and camera of this client. Contract: tributary.d.ts.
 *
 * @extends {Emitter<LocalMediaEventMap>}
 */
export class LocalMedia extends Emitter {
  /** @type {Record<MediaKind, Slot>} */
  #slots = { audio: emptySlot(), video: emptySlot() };
  #open;

  /** @param {{ open?: typeof openTrack }} [options] */
  constructor({ open = openTrack } = {}) {
    super();
    this.#open = open;
  }

  get audioTrack() {
    return this.#slots.audio.track;
  }

  get videoTrack() {
    return this.#slots.video.track;
  }

  get audioMuted() {
    return this.outgoing('audio') === null;
  }

  get videoMuted() {
    return this.outgoing('video') === null;
  }

  /** @param {MediaKind} kind */
  outgoing(kind) {
    const { track, muted } = this.#slots[kind];
    return muted ? null : track;
  }

  /**
   * @param {MediaKind} kind
   * @param {DeviceChoice} choice
   * @param {Promise<unknown>} [after]  its turn is kept, but not taken before that
   */
  choose(kind, choice, after) {
    return this.#inTurn(kind, after, async (slot, isMuted) => {
      const wasMuted = isMuted || (slot.muted && slot.choice !== false);
      this.#drop(kind);
      Object.assign(slot, { choice, muted: choice === false || wasMuted });
      const stayDark = kind === 'video' && wasMuted;
      if (choice !== false && !stayDark) await this.#acquire(kind);
      else this.emit('changed', { kind });
    });
  }

  /**
   * @param {MediaKind} kind
   * @param {MediaStreamTrack} track
   */
  adopt(kind, track) {
    this.#drop(kind);
    Object.assign(this.#slots[kind], { track, choice: true, muted: false, adopted: true });
    this.emit('changed', { kind });
  }

  /**
   * @param {MediaKind} kind
   * @param {boolean} muted
   */
  async setMuted(kind, muted) {
    if (muted) this.#mute(kind);
    else await this.#unmute(kind);
  }

  close() {
    const on = KINDS.filter(kind => this.outgoing(kind));
    for (const kind of KINDS) this.#drop(kind);
    this.#slots = { audio: emptySlot(), video: emptySlot() };
    for (const kind of on) this.emit('changed', { kind });
  }

  /** At once, whatever is being opened: that is muted when it comes. @param {MediaKind} kind */
  #mute(kind) {
    const slot = this.#slots[kind];
    const wasOn = this.outgoing(kind) !== null;
    slot.muted = true;
    slot.mutes += 1;
    if (!wasOn) return;
    if (kind === 'video' && !slot.adopted) this.#drop(kind);
    this.emit('changed', { kind });
  }

  /** @param {MediaKind} kind */
  #unmute(kind) {
    return this.#inTurn(kind, undefined, async (slot, isMuted) => {
      if (isMuted || this.outgoing(kind)) return;
      slot.muted = false;
      if (slot.track) return this.emit('changed', { kind });
      if (slot.choice === false) slot.choice = true;
      await this.#acquire(kind);
    });
  }

  /**
   * @param {MediaKind} kind
   * @param {Promise<unknown> | undefined} after
   * @param {(slot: Slot, isMuted: boolean) => Promise<void>} work  not done when closed before its turn;
   *   `isMuted`: meanwhile
   */
  #inTurn(kind, after, work) {
    const slot = this.#slots[kind];
    const { mutes } = slot;
    const before = after ? Promise.all([slot.queue, after]) : slot.queue;
    const done = before.then(async () => {
      if (slot === this.#slots[kind]) await work(slot, slot.mutes !== mutes);
    });
    slot.queue = done.catch(() => {});
    return done;
  }

  /** @param {MediaKind} kind */
  async #acquire(kind) {
    const slot = this.#slots[kind];
    try {
      const track = await this.#open(kind, slot.choice);
      const unwanted = slot !== this.#slots[kind] || (kind === 'video' && slot.muted);
      if (unwanted) return track.stop();
      slot.track = track;
      track.onended = () => this.#onEnded(kind, track);
    } catch (error) {
      Object.assign(slot, { choice: false, muted: true });
      throw error;
    } finally {
      this.emit('changed', { kind });
    }
  }

  /**
   * @param {MediaKind} kind
   * @param {MediaStreamTrack} track
   */
  #onEnded(kind, track) {
    const slot = this.#slots[kind];
    if (slot.track !== track) return;
    Object.assign(slot, { track: null, muted: true });
    this.emit('changed', { kind });
    this.emit('lost', { kind });
  }

  /** @param {MediaKind} kind */
  #drop(kind) {
    const slot = this.#slots[kind];
    if (slot.track) slot.track.onended = null;
    if (!slot.adopted) slot.track?.stop();
    Object.assign(slot, { track: null, adopted: false });
  }
}

/** @returns {Slot} */
function emptySlot() {
  const queue = Promise.resolve();
  return { track: null, choice: false, muted: true, adopted: false, mutes: 0, queue };
}
