import { Room } from '/sdk/tributary.js';
import { batch, computed, signal } from '../ui/view.js';

/**
 * @import { Capacity, ChatMessage, JoinOptions, Layout, Participant, Recording, RoomState, RoomStats, ServerInfo } from '/sdk/tributary.js'
 */

const STATS_EVERY = 2_000;

/** The Room as signals: what the views read. What they do goes to `room` or to App. */
export class Call {
  room = new Room();
  state = signal(/** @type {RoomState} */ ('idle'));
  participants = signal(/** @type {ReadonlyMap<string, Participant>} */ (new Map()));
  speakers = signal(/** @type {readonly string[]} */ ([]));
  layout = signal(/** @type {Layout | null} */ (null));
  recording = signal(/** @type {Recording | null} */ (null));
  capacity = signal(/** @type {Capacity} */ ({ level: 0, saved: [] }));
  messages = signal(/** @type {readonly ChatMessage[]} */ ([]));
  unread = signal(0);
  /** What is written and not sent yet: outlives the panel. */
  draft = signal('');
  scores = signal(/** @type {ReadonlyMap<string, number>} */ (new Map()));
  mix = signal(/** @type {MediaStream | null} */ (null));
  stats = signal(/** @type {RoomStats | null} */ (null));
  startedAt = signal(0);
  /** What I share of my screen. */
  screen = signal(/** @type {MediaStreamTrack | null} */ (null));
  features = signal(/** @type {NonNullable<ServerInfo['features']>} */ ({}));
  me = computed(() => this.participants.value.get(this.#identity.value) ?? null);
  isModerator = computed(() => this.me.value?.role === 'moderator');
  isViewer = computed(() => this.me.value?.role === 'viewer');
  mayShare = computed(() => Boolean(this.features.value.screen) && !this.isViewer.value);
  /** My own score, or undefined before the server has judged. */
  score = computed(() => this.scores.value.get(this.#identity.value));
  #identity = signal('');
  /** @type {any} */
  #statsTimer = null;

  constructor() {
    const { room } = this;
    room.on('stateChanged', ({ state }) => this.#onState(state));
    room.on('rosterChanged', () => {
      this.features.value = room.server?.features ?? {};
      this.#mirrorPeople();
    });
    room.on('featuresChanged', ({ features }) => {
      this.features.value = features;
    });
    room.on('screenChanged', ({ screen }) => {
      this.screen.value = screen;
    });
    room.on('participantJoined', () => this.#mirrorPeople());
    room.on('participantUpdated', () => this.#mirrorPeople());
    room.on('participantLeft', () => this.#mirrorPeople());
    room.on('activeSpeakersChanged', ({ identities }) => {
      this.speakers.value = identities;
    });
    room.on('layoutChanged', ({ layout }) => {
      this.layout.value = layout;
    });
    room.on('recordingChanged', ({ recording }) => {
      this.recording.value = recording;
    });
    room.on('capacityChanged', ({ capacity }) => {
      this.capacity.value = capacity;
    });
    room.on('connectionQualityChanged', () => {
      this.scores.value = new Map(room.connectionQuality);
    });
    room.on('mixChanged', ({ mix }) => {
      this.mix.value = mix;
    });
    room.on('chat', message => this.#onChat(message));
  }

  /** @param {JoinOptions} options */
  async join(options) {
    this.messages.value = [];
    this.unread.value = 0;
    this.draft.value = '';
    this.stats.value = null;
    await this.room.join(options);
  }

  /** @param {RoomState} state */
  #onState(state) {
    this.state.value = state;
    if (state === 'connected' && !this.startedAt.value) this.startedAt.value = Date.now();
    clearInterval(this.#statsTimer);
    if (state === 'connected') {
      this.#statsTimer = setInterval(() => this.#readStats(), STATS_EVERY);
    } else if (state === 'left' || state === 'idle') {
      this.startedAt.value = 0;
      this.mix.value = null;
    }
  }

  async #readStats() {
    this.stats.value = await this.room.stats();
  }

  #mirrorPeople() {
    batch(() => {
      this.#identity.value = this.room.participant?.identity ?? '';
      this.participants.value = new Map(this.room.participants);
    });
  }

  /** @param {ChatMessage} message */
  #onChat(message) {
    batch(() => {
      this.messages.value = this.room.messages;
      if (!message.mine) this.unread.value += 1;
    });
  }
}
