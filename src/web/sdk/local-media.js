import { openTrack } from './devices.js';
import { Emitter } from './emitter.js';

/**
 * @import { DeviceChoice, LocalMediaEventMap, MediaKind } from './tributary.js'
 * @typedef {{
 *   track: MediaStreamTrack | null,
 *   choice: DeviceChoice,
 *   muted: boolean,
 *   adopted: boolean,
 * }} Slot
 */

/**
 * The microphone and camera of this client. Contract: tributary.d.ts.
 *
 * @extends {Emitter<LocalMediaEventMap>}
 */
export class LocalMedia extends Emitter {
  /** @type {Record<MediaKind, Slot>} */
  #slots = { audio: emptySlot(), video: emptySlot() };
  #open;
  /** Opening and closing of devices follow one another. */
  #queue = Promise.resolve();

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
   */
  choose(kind, choice) {
    return this.#inTurn(async () => {
      const slot = this.#slots[kind];
      const wasMuted = slot.muted && slot.choice !== false;
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
  setMuted(kind, muted) {
    return this.#inTurn(async () => {
      const slot = this.#slots[kind];
      if (muted === (this.outgoing(kind) === null)) return;
      slot.muted = muted;
      if (muted && kind === 'video' && !slot.adopted) this.#drop(kind);
      if (!muted && !slot.track) {
        if (slot.choice === false) slot.choice = true;
        await this.#acquire(kind);
      } else this.emit('changed', { kind });
    });
  }

  close() {
    this.#drop('audio');
    this.#drop('video');
    this.#slots = { audio: emptySlot(), video: emptySlot() };
  }

  /** @param {() => Promise<void>} work */
  #inTurn(work) {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** @param {MediaKind} kind */
  async #acquire(kind) {
    const slots = this.#slots;
    const slot = slots[kind];
    try {
      const track = await this.#open(kind, slot.choice);
      if (slots !== this.#slots) {
        track.stop();
        return;
      }
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
  return { track: null, choice: false, muted: true, adopted: false };
}
