import { freshRoom, pathOfRoom, readAddress, roomOfInput } from '../lib/address.js';
import {
  capacityNotice,
  inSentence,
  joinProblem,
  lostNotice,
  mutedNotice,
  ROOM_RULE,
  recordingNotice,
  roleNotice,
  screenEnding,
  screenProblem,
} from '../lib/words.js';
import { effect, signal } from '../ui/view.js';
import { Call } from './call.js';
import { Devices } from './devices.js';
import { Notices } from './notices.js';
import { Settings } from './settings.js';

/**
 * @import { MediaKind, Participant, Recording, VideoCodec } from '/sdk/tributary.js'
 * @typedef {'prejoin' | 'call' | 'left'} Page
 * @typedef {'people' | 'chat' | null} Panel
 */

/** The whole page: its parts, where we are in it, and everything a user can do. */
export class App {
  settings = new Settings();
  notices = new Notices();
  devices = new Devices(this.settings);
  call = new Call();
  wishes = readAddress(location);

  page = signal(/** @type {Page} */ ('prejoin'));
  roomName = signal(this.wishes.room);
  joining = signal(false);
  joinError = signal('');
  leaveReason = signal('');
  panel = signal(/** @type {Panel} */ (null));
  dialog = signal(/** @type {'help' | 'devices' | null} */ (null));
  audioOnly = signal(false);
  /** Of whose screens we told. @type {Set<string>} */
  #sharers = new Set();
  /** As last told of. @type {Recording | null} */
  #recordingBefore = null;
  /** What was on when the call ended, or when I became a viewer in it. */
  #onBefore = { audio: true, video: true };
  /** Whether I was a viewer when last looked. */
  #wasViewer = false;
  /** The announced recording this user knows of. */
  recordingSeen = signal('');

  constructor() {
    if (this.wishes.name !== null) this.settings.name.value = this.wishes.name;
    this.#followCall();
    this.#followDevices();
    effect(() => {
      const title = this.page.value === 'prejoin' ? '' : `${this.roomName.value} · `;
      const unread = this.call.unread.value;
      document.title = `${unread ? `(${unread}) ` : ''}${title}Tributary`;
    });
  }

  async start() {
    await this.devices.open({ audio: this.wishes.audio, video: this.wishes.video });
    if (this.wishes.autojoin && this.roomName.value) await this.join();
  }

  async join() {
    if (this.joining.value) return;
    const room = this.roomName.value.trim() ? roomOfInput(this.roomName.value) : freshRoom();
    this.joinError.value = room ? '' : ROOM_RULE;
    if (!room) return;
    this.joining.value = true;
    this.#wasViewer = false;
    this.roomName.value = room;
    if (location.pathname !== pathOfRoom(room)) {
      history.replaceState(null, '', pathOfRoom(room) + location.search + location.hash);
    }
    try {
      await this.call.join({
        room,
        name: this.settings.name.value.trim() || 'Guest',
        token: this.wishes.token,
        media: this.devices.media,
        videoCodec: /** @type {VideoCodec | undefined} */ (this.wishes.codec),
      });
      this.page.value = 'call';
    } catch (error) {
      this.joinError.value = joinProblem(error);
    } finally {
      this.joining.value = false;
    }
  }

  async leave() {
    await this.call.room.leave();
  }

  /** What was off when the call ended stays off. */
  async rejoin() {
    this.page.value = 'prejoin';
    await this.devices.open(this.#onBefore);
    await this.join();
  }

  goHome() {
    location.assign('/');
  }

  /** @param {MediaKind} kind */
  async toggleMute(kind) {
    if (this.call.isViewer.value) return;
    await this.devices.toggle(kind);
    const problem = this.devices.problems.value[kind];
    if (problem) this.notices.show(problem, 'error');
    const { audioMuted, videoMuted } = this.devices;
    const off = kind === 'audio' ? audioMuted.value : videoMuted.value;
    this.notices.say(`${kind === 'audio' ? 'Microphone' : 'Camera'} ${off ? 'off' : 'on'}`);
  }

  /** Shares the screen, or no longer. On a click or key press, or browsers refuse. */
  async toggleScreen() {
    const { room, mayShare, participants, features, me } = this.call;
    if (room.screen) return this.attempt(room.stopScreen());
    if (!mayShare.value) return false;
    const others = [...participants.value.values()].filter(
      who => who.screenShared && who.identity !== me.value?.identity,
    );
    const limits = features.value.screen;
    if (limits && !limits.replace && others.length >= limits.sharers) {
      const sharer = inSentence(others[0].name);
      this.notices.show(`${sharer} is sharing a screen. You can share yours after that.`);
      return false;
    }
    try {
      await room.shareScreen();
      return true;
    } catch (error) {
      const { text, tone } = screenProblem(error);
      this.notices.show(text, tone, 'screen');
      return false;
    }
  }

  toggleHand() {
    const raised = !this.call.me.value?.handRaised;
    this.notices.say(raised ? 'Hand raised' : 'Hand lowered');
    return this.attempt(this.call.room.setHandRaised(raised));
  }

  toggleAudioOnly() {
    this.audioOnly.value = !this.audioOnly.value;
    return this.attempt(this.call.room.setQuality({ audioOnly: this.audioOnly.value }));
  }

  /** @param {Panel} panel */
  togglePanel(panel) {
    this.panel.value = this.panel.value === panel ? null : panel;
    if (this.panel.value !== 'chat') return;
    this.call.unread.value = 0;
    this.notices.clear('chat');
  }

  toggleSelfView() {
    this.settings.selfViewShown.value = !this.settings.selfViewShown.value;
  }

  async toggleFullscreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen?.().catch(() => {});
  }

  async copyLink() {
    const link = new URL(pathOfRoom(this.roomName.value), location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.notices.show('The invitation link is copied');
    } catch {
      this.notices.show(`Copy this link: ${link}`, 'info', 'link', { lasting: true });
    }
  }

  /**
   * Waits for something the server was asked to do, and tells when it would not.
   *
   * @param {Promise<unknown>} request
   */
  attempt = async request => {
    try {
      await request;
      return true;
    } catch (error) {
      this.notices.show(/** @type {Error} */ (error).message, 'error');
      return false;
    }
  };

  #followCall() {
    const { room } = this.call;
    room.on('stateChanged', ({ state, reason }) => {
      if (state === 'reconnecting') this.notices.say('The connection broke. Reconnecting.');
      if (state === 'connected') this.#onConnected();
      if (state === 'left') this.#onLeft(reason ?? '');
    });
    room.on('rosterChanged', () => this.#followRole());
    room.on('participantUpdated', () => this.#followRole());
    room.on('participantJoined', ({ participant }) => {
      this.notices.show(`${inSentence(participant.name)} joined`);
    });
    room.on('participantLeft', ({ participant }) => {
      if (participant) this.notices.show(`${inSentence(participant.name)} left`);
    });
    room.on('screenChanged', ({ reason }) => {
      const text = screenEnding(reason);
      if (text) this.notices.show(text, 'info', 'screen');
    });
    room.on('participantUpdated', ({ participant }) => this.#tellOfScreens(participant));
    room.on('recordingChanged', ({ error }) => this.#tellOfRecording(error));
    room.on('capacityChanged', ({ capacity }) => {
      this.notices.show(capacityNotice(capacity), 'info', 'capacity');
    });
    room.on('chat', message => {
      if (this.panel.value === 'chat') this.call.unread.value = 0;
      else if (!message.mine) {
        const text = `${inSentence(message.name)}: ${message.text.slice(0, 120)}`;
        this.notices.show(text, 'info', 'chat');
      }
    });
    room.on('warning', ({ error }) => this.#onWarning(error));
    room.on('mutedByModerator', ({ kind }) => {
      this.notices.show(mutedNotice(kind), 'info', `muted ${kind}`);
    });
  }

  /** In a call nobody looks at the form that tells of devices. */
  #followDevices() {
    const { media } = this.devices;
    media.on('lost', ({ kind }) => {
      if (this.page.value !== 'call') return;
      this.notices.show(lostNotice(kind), 'error', `lost ${kind}`, { lasting: true });
    });
    media.on('changed', ({ kind }) => {
      if (!media.outgoing(kind)) return;
      for (const what of ['lost', 'muted']) this.notices.clear(`${what} ${kind}`);
    });
  }

  /** @param {Error} error */
  #onWarning(error) {
    // Ours to mend and not the user's.
    if ('code' in error && error.code === 'videoRequestIgnored') console.warn(error.message);
    else this.notices.show(error.message, 'error');
  }

  #onConnected() {
    this.notices.say('Connected');
    this.#tellOfRecording();
  }

  /** Of what began or ended while I was away too, once I am back. @param {string} [error] */
  #tellOfRecording(error) {
    const { state, recording } = this.call.room;
    if (state !== 'connected') return;
    const text = recordingNotice(this.#recordingBefore, recording, error);
    this.#recordingBefore = recording;
    if (!text) return;
    // The banner shows it.
    if (recording?.announce) this.notices.say(text);
    else this.notices.show(text, error ? 'error' : 'info', 'recording');
  }

  /** @param {Participant} who */
  #tellOfScreens({ identity, name, screenShared }) {
    const before = this.#sharers.has(identity);
    if (screenShared) this.#sharers.add(identity);
    else this.#sharers.delete(identity);
    if (identity === this.call.room.participant?.identity || before === screenShared) return;
    const who = inSentence(name);
    const text = screenShared ? `${who} is sharing a screen` : `${who} stopped sharing`;
    this.notices.show(text, 'info', `screen of ${identity}`);
  }

  /** @param {string} reason */
  #onLeft(reason) {
    this.leaveReason.value = reason;
    this.panel.value = null;
    this.dialog.value = null;
    this.audioOnly.value = false;
    if (!this.#wasViewer) this.#closeDevices();
    this.#wasViewer = false;
    this.#recordingBefore = null;
    this.page.value = 'left';
  }

  /** A viewer is neither heard nor seen: no device of theirs is open, and none is chosen. */
  #followRole() {
    const isViewer = this.call.isViewer.value;
    if (isViewer === this.#wasViewer) return;
    this.#wasViewer = isViewer;
    this.notices.show(roleNotice(isViewer), 'info', 'role');
    if (!isViewer) return;
    this.#closeDevices();
    if (this.dialog.value === 'devices') this.dialog.value = null;
  }

  #closeDevices() {
    const { audioMuted, videoMuted } = this.devices;
    this.#onBefore = { audio: !audioMuted.value, video: !videoMuted.value };
    this.devices.close();
  }
}
