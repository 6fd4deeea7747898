import { Steady } from './steady.js';

/**
 * Sound and picture of the mix in step, at the least delay. Browsers hold a picture back until it is as late as
 * its sound, and let go of it slowly; a moment in which sound did not come costs the picture its delay for
 * minutes. So the two come in streams of their own here, which no browser lines up, and only what an eye would
 * notice is held back. ITU-R BT.1359 puts that at 45 ms for early sound and 125 ms for late sound.
 *
 * The RTP time stamps of the mix's sound and picture count from the same moment (docs/protocol.md), and
 * browsers tell which one they played when. Their own estimate of it (estimatedPlayoutTimestamp) there is
 * only for streams they line up themselves.
 *
 * @typedef {'audio' | 'video'} Kind
 * @typedef {import('./steady.js').Inbound & { jitterBufferDelay?: number, jitterBufferEmittedCount?: number }}
 *   Inbound  of an inbound-rtp report
 * @typedef {{ timestamp: number, rtpTimestamp: number }} Played  an RTP time stamp, and when it was played (ms)
 * @typedef {{ jitterBufferTarget?: number | null, getSynchronizationSources(): Played[] }} Receiver
 */

/**
 * By how many ms a kind may be ahead of the other before it is held back. None for sound: single pictures come
 * late, by what waiting for a frame of the mix and of the screen makes.
 */
const MAY_LEAD = { audio: 0, video: 90 };
/** Held back for no more than needed: let go once it leads by this much less than it may. */
const SLACK = 20;
/** ms: a jump beyond this is a clock that was set, or a stall that is over soon. */
const PLAUSIBLE = 1000;

/** RTP ticks a ms. */
const CLOCK = { audio: 48, video: 90 };
/** ms: the two clocks' counters, of 32 bits, come back to the same pair of readings after 2^32 / 720 of them. */
const TURN = 2 ** 32 / 720;

/**
 * By how many ms the picture is ahead of the sound.
 *
 * @param {Played} audio
 * @param {Played} video
 */
export function leadOf(audio, video) {
  const taken = video.rtpTimestamp / CLOCK.video - audio.rtpTimestamp / CLOCK.audio;
  const lead = taken - (video.timestamp - audio.timestamp);
  return lead - TURN * Math.round(lead / TURN);
}

/**
 * What `kind` must be held back for, in ms.
 *
 * @param {number} held  so far
 * @param {number} lead  by which it is ahead of the other kind
 * @param {number} delay  that its jitter buffer makes now
 * @param {Kind} kind
 */
export function holdFor(held, lead, delay, kind) {
  const may = MAY_LEAD[kind];
  if (lead > may) return delay + lead - may;
  return Math.max(0, held - Math.max(0, may - SLACK - lead));
}

/**
 * The answer with the picture in a stream of its own.
 *
 * @param {string} sdp
 */
export function apart(sdp) {
  const sections = sdp.split(/^(?=m=)/m);
  const own = (/** @type {string} */ section) =>
    section.startsWith('m=video') ? section.replace(/\bmsid:(\S+)/g, 'msid:$1-picture') : section;
  return sections.map(own).join('');
}

/** Whether this browser tells when it plays what; the others are left to line the two up themselves. */
export const canKeepLipSync = () =>
  'userAgentData' in navigator &&
  'jitterBufferTarget' in RTCRtpReceiver.prototype &&
  'getSynchronizationSources' in RTCRtpReceiver.prototype;

/** Keeps two receivers in step, and each steady. */
export class LipSync {
  #receivers;
  /** @type {Record<Kind, number>} */
  #held = { audio: 0, video: 0 };
  /** @type {Record<Kind, number>} what was asked of the browser */
  #told = { audio: 0, video: 0 };
  #steady = { audio: new Steady(), video: new Steady() };
  /** @type {Record<Kind, number>} */
  #least = { audio: 0, video: 0 };
  /** @type {{ [kind: string]: Inbound }} */
  #before = {};
  /** @type {number[]} the latest leads of the picture */
  #leads = [];

  /** @param {Record<Kind, Receiver>} receivers */
  constructor(receivers) {
    this.#receivers = receivers;
  }

  /**
   * To be called about once a second.
   *
   * @param {Record<Kind, Inbound | undefined>} inbound
   */
  update({ audio, video }) {
    if (audio) this.#least.audio = this.#steady.audio.update(audio);
    if (video) this.#least.video = this.#steady.video.update(video);
    this.#keepInStep(audio, video);
    this.#tell('audio');
    this.#tell('video');
  }

  /**
   * @param {Inbound | undefined} audio
   * @param {Inbound | undefined} video
   */
  #keepInStep(audio, video) {
    const [sound] = this.#receivers.audio.getSynchronizationSources();
    const [picture] = this.#receivers.video.getSynchronizationSources();
    if (!audio || !video || !sound || !picture) return;
    const delays = { audio: this.#delay('audio', audio), video: this.#delay('video', video) };
    const lead = leadOf(sound, picture);
    if (Math.abs(lead) > PLAUSIBLE) return;
    this.#leads = [...this.#leads.slice(-2), lead];
    const usual = [...this.#leads].sort((a, b) => a - b)[Math.floor(this.#leads.length / 2)];
    this.#hold('video', usual, delays.video);
    this.#hold('audio', -usual, delays.audio);
  }

  /**
   * @param {Kind} kind
   * @param {number} lead
   * @param {number} delay
   */
  #hold(kind, lead, delay) {
    const wanted = Math.round(holdFor(this.#held[kind], lead, delay, kind));
    if (wanted === this.#held[kind]) return;
    this.#held[kind] = wanted;
    this.#leads = [];
  }

  /** @param {Kind} kind */
  #tell(kind) {
    const wanted = Math.max(this.#held[kind], this.#least[kind]);
    if (wanted === this.#told[kind]) return;
    this.#told[kind] = wanted;
    this.#leads = [];
    this.#receivers[kind].jitterBufferTarget = wanted;
  }

  /**
   * ms in the jitter buffer since the last update.
   *
   * @param {Kind} kind
   * @param {Inbound} now
   */
  #delay(kind, now) {
    const before = this.#before[kind] ?? {};
    this.#before[kind] = now;
    const seconds = (now.jitterBufferDelay ?? 0) - (before.jitterBufferDelay ?? 0);
    const count = (now.jitterBufferEmittedCount ?? 0) - (before.jitterBufferEmittedCount ?? 0);
    return count > 0 ? (seconds / count) * 1000 : 0;
  }
}
