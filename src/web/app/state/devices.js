import { LocalMedia, listDevices } from '/sdk/tributary.js';
import { deviceToOpen } from '../lib/devices.js';
import { deviceProblem } from '../lib/words.js';
import { signal } from '../ui/view.js';

/**
 * @import { DeviceChoice, MediaKind } from '/sdk/tributary.js'
 * @import { Settings } from './settings.js'
 */

/** The microphone and camera as signals, with their problems in words. */
export class Devices {
  media = new LocalMedia();
  audioTrack = signal(/** @type {MediaStreamTrack | null} */ (null));
  videoTrack = signal(/** @type {MediaStreamTrack | null} */ (null));
  audioMuted = signal(true);
  videoMuted = signal(true);
  microphones = signal(/** @type {MediaDeviceInfo[]} */ ([]));
  cameras = signal(/** @type {MediaDeviceInfo[]} */ ([]));
  problems = signal(/** @type {Record<MediaKind, string>} */ ({ audio: '', video: '' }));
  opening = signal(false);
  #settings;
  /** Counts closings: what was begun before one is not gone on with. */
  #generation = 0;

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    this.media.on('changed', () => this.#mirror());
    this.media.on('lost', ({ kind }) => {
      this.#problem(kind, `Your ${kind === 'audio' ? 'microphone' : 'camera'} was unplugged.`);
    });
    navigator.mediaDevices?.addEventListener?.('devicechange', () => this.list());
  }

  /** @param {{ audio: boolean, video: boolean }} wanted */
  async open({ audio, video }) {
    this.opening.value = true;
    const isClosed = this.#closedSince();
    // One after the other: browsers then ask for both in a row instead of denying one.
    await this.#try('audio', () =>
      this.media.choose('audio', audio && this.#settings.audioDevice.value),
    );
    if (isClosed()) return;
    await this.#try('video', () =>
      this.media.choose('video', video && this.#settings.videoDevice.value),
    );
    if (isClosed()) return;
    this.opening.value = false;
    await this.list();
  }

  /**
   * @param {MediaKind} kind
   * @param {DeviceChoice} choice
   */
  async choose(kind, choice) {
    const setting = kind === 'audio' ? this.#settings.audioDevice : this.#settings.videoDevice;
    setting.value = choice;
    await this.#try(kind, () => this.media.choose(kind, choice));
    await this.list();
  }

  /** @param {MediaKind} kind */
  async toggle(kind) {
    const muted = kind === 'audio' ? this.audioMuted.value : this.videoMuted.value;
    if (muted) await this.turnOn(kind);
    else await this.#try(kind, () => this.media.setMuted(kind, true));
  }

  /** After a problem too: opens the device if need be. @param {MediaKind} kind */
  async turnOn(kind) {
    const audio = kind === 'audio';
    const chosen = (audio ? this.#settings.audioDevice : this.#settings.videoDevice).value;
    const present = (audio ? this.microphones : this.cameras).value;
    const isOpen = Boolean(audio ? this.audioTrack.value : this.videoTrack.value);
    const isClosed = this.#closedSince();
    await this.#try(kind, async () => {
      if (!isOpen) await this.media.choose(kind, deviceToOpen(chosen, present));
      if (!isClosed()) await this.media.setMuted(kind, false);
    });
    await this.list();
  }

  async list() {
    this.microphones.value = await listDevices('audio').catch(() => []);
    this.cameras.value = await listDevices('video').catch(() => []);
  }

  /** What a prompt of now is answered with afterwards is not opened. */
  close() {
    this.#generation += 1;
    this.opening.value = false;
    this.media.close();
    this.#mirror();
  }

  /** @returns {() => boolean} whether `close` was called since */
  #closedSince() {
    const generation = this.#generation;
    return () => generation !== this.#generation;
  }

  /**
   * @param {MediaKind} kind
   * @param {() => Promise<void>} work
   */
  async #try(kind, work) {
    this.#problem(kind, '');
    const isClosed = this.#closedSince();
    try {
      await work();
    } catch (error) {
      if (!isClosed()) this.#problem(kind, deviceProblem(kind, error));
    }
  }

  /**
   * @param {MediaKind} kind
   * @param {string} text
   */
  #problem(kind, text) {
    this.problems.value = { ...this.problems.value, [kind]: text };
  }

  #mirror() {
    this.audioTrack.value = this.media.audioTrack;
    this.videoTrack.value = this.media.videoTrack;
    this.audioMuted.value = this.media.audioMuted;
    this.videoMuted.value = this.media.videoMuted;
  }
}
