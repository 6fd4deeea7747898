/**
 * @import { Capacity, ChatMessage, Layout, Participant, Recording, RoomEventMap, ServerInfo } from './tributary.js'
 * @import { Message } from './signalling.js'
 * @typedef {{ [Type in keyof RoomEventMap]: [Type, RoomEventMap[Type]] }[keyof RoomEventMap]} RoomEvent
 */

const MESSAGES_KEPT = 500;

/**
 * What the server has told us about the room. Messages in, events out; no socket, no media.
 */
export class RoomModel {
  /** @type {string | null} */
  identity = null;
  /** @type {Map<string, Participant>} */
  participants = new Map();
  /** @type {string[]} */
  activeSpeakers = [];
  /** @type {Layout | null} */
  layout = null;
  /** @type {Recording | null} */
  recording = null;
  /** @type {ChatMessage[]} */
  messages = [];
  /** @type {Map<string, number>} */
  connectionQuality = new Map();
  /** @type {ServerInfo | null} */
  server = null;
  /** @type {Capacity} */
  capacity = { level: 0, saved: [] };
  #heard = 0;

  get me() {
    return (this.identity && this.participants.get(this.identity)) || null;
  }

  /**
   * @param {Message} message
   * @returns {RoomEvent[]} what to tell the application
   */
  apply(message) {
    switch (message.type) {
      case 'joined':
        return this.#joined(message);
      case 'participantJoined':
      case 'participantUpdated':
        return this.#upsert(message.participant);
      case 'participantLeft':
        return this.#remove(message.identity, message.reason ?? '');
      case 'activeSpeakers':
        this.activeSpeakers = message.identities ?? [];
        return [['activeSpeakersChanged', { identities: this.activeSpeakers }]];
      case 'layoutChanged':
        return this.#setLayout(message);
      case 'recordingChanged':
        this.recording = message.recording ?? null;
        return [
          [
            'recordingChanged',
            { recording: this.recording, error: message.ended?.error || undefined },
          ],
        ];
      case 'featuresChanged':
        this.server = { ...this.server, features: message.features ?? {} };
        return [['featuresChanged', { features: this.server.features ?? {} }]];
      case 'capacityChanged':
        return this.#setCapacity(message);
      case 'connectionQuality':
        this.connectionQuality.set(message.identity, message.score);
        return [['connectionQualityChanged', { identity: message.identity, score: message.score }]];
      case 'chat':
        return this.#addChat(message);
      default:
        return [];
    }
  }

  /**
   * @param {Message} message
   * @returns {RoomEvent[]}
   */
  #joined(message) {
    const everybody = [...(message.participants ?? []), message.participant];
    this.identity = message.participant.identity;
    this.participants = new Map(everybody.map(one => [one.identity, one]));
    this.server = message.server ?? null;
    this.activeSpeakers = message.activeSpeakers ?? [];
    this.recording = message.recording ?? null;
    return [
      ['rosterChanged', { participants: this.participants }],
      ['activeSpeakersChanged', { identities: this.activeSpeakers }],
      ['recordingChanged', { recording: this.recording }],
      ...this.#setCapacity(message.capacity),
      ...this.#setLayout(message.layout),
    ];
  }

  /**
   * @param {Participant | undefined} participant
   * @returns {RoomEvent[]}
   */
  #upsert(participant) {
    if (!participant?.identity) return [];
    const known = this.participants.has(participant.identity);
    this.participants.set(participant.identity, participant);
    return [[known ? 'participantUpdated' : 'participantJoined', { participant }]];
  }

  /**
   * @param {string} identity
   * @param {string} reason
   * @returns {RoomEvent[]}
   */
  #remove(identity, reason) {
    const participant = this.participants.get(identity);
    this.participants.delete(identity);
    this.connectionQuality.delete(identity);
    return [['participantLeft', { identity, reason, participant }]];
  }

  /**
   * @param {any} capacity
   * @returns {RoomEvent[]}
   */
  #setCapacity(capacity) {
    const before = this.capacity.level;
    this.capacity = { level: capacity?.level ?? 0, saved: capacity?.saved ?? [] };
    return this.capacity.level === before ? [] : [['capacityChanged', { capacity: this.capacity }]];
  }

  /**
   * @param {any} layout
   * @returns {RoomEvent[]}
   */
  #setLayout(layout) {
    if (!layout?.canvas) return [];
    const { canvas, tiles = [], offCanvas = 0 } = layout;
    const spotlight = layout.spotlight || undefined;
    this.layout = { layout: layout.layout, spotlight, canvas, tiles, offCanvas };
    return [['layoutChanged', { layout: this.layout }]];
  }

  /**
   * @param {Message} message
   * @returns {RoomEvent[]}
   */
  #addChat({ from, name, text, at }) {
    const sender = name ?? this.participants.get(from)?.name ?? from;
    /** @type {ChatMessage} */
    const chat = {
      number: ++this.#heard,
      mine: from === this.identity,
      from,
      name: sender,
      text: String(text),
      at,
    };
    this.messages = [...this.messages, chat].slice(-MESSAGES_KEPT);
    return [['chat', chat]];
  }
}
