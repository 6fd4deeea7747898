/** A room with made-up people, for one real client: the protocol's server side, in play. */

const PEOPLE = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Katherine Johnson', 'Tim Lee'];
const TALK = [
  [1, 'Morning! Can everybody hear me?'],
  [0, 'Loud and clear.'],
  [3, 'The numbers for the launch are in: https://example.org/launch'],
  [3, 'Have a look before we start, the second page most of all.'],
];

export class MockRoom {
  #client = null;
  #mixer = null;
  #offerId = null;
  #timers = [];
  #layout = 'grid';
  #me = null;
  #recording = null;

  constructor() {
    this.people = PEOPLE.map((name, index) => person(`p${index}`, name, index));
    this.people[2].audioMuted = true;
    this.people[4].handRaised = true;
  }

  /** What the client has sent. */
  log = [];

  /** Says something as the server would. */
  tell(message) {
    this.#send(message);
  }

  /** What a moderator, who is nobody here, makes of the client. */
  setRole(role) {
    Object.assign(this.#me, { role });
    this.#send({ type: 'participantUpdated', participant: this.#me });
  }

  record(recording) {
    this.#recording = recording;
    this.#send({ type: 'recordingChanged', recording });
  }

  breakSocket() {
    this.#client?.terminate();
  }

  /** Ends the media as a dying room process does. */
  hangUp() {
    this.#toMixer({ type: 'hangUp' });
  }

  setMixer(socket) {
    this.#mixer = socket;
    socket.on('message', data => {
      const message = JSON.parse(String(data));
      if (message.type !== 'answer') this.#send(message);
      else this.#send({ ...message, replyTo: this.#offerId });
    });
    this.#showScene();
  }

  setClient(socket) {
    this.#client = socket;
    socket.on('message', data => this.#onMessage(JSON.parse(String(data))));
    socket.on('close', () => {
      this.#timers.forEach(clearInterval);
    });
  }

  #onMessage(message) {
    this.log.push(message);
    const handler = this.#handlers[message.type];
    if (handler) handler(message);
    if (!['join', 'offer', 'ping'].includes(message.type) && message.id) {
      this.#send({ type: 'ok', replyTo: message.id });
    }
  }

  #handlers = {
    join: ({ id, name }) => this.#join(id, name),
    ping: ({ id }) => this.#send({ type: 'pong', replyTo: id }),
    offer: message => {
      this.#offerId = message.id;
      this.#toMixer(message);
    },
    candidate: message => this.#toMixer(message),
    update: ({ id, type, ...fields }) => {
      Object.assign(this.#me, fields);
      this.#send({ type: 'participantUpdated', participant: this.#me });
    },
    chat: ({ text }) => this.#say(this.#me, text),
    setLayout: ({ layout }) => {
      this.#layout = layout;
      this.#sendLayout();
    },
    startRecording: () => this.record({ recordingId: 'r1', status: 'active', announce: true }),
    stopRecording: () => this.record(null),
    moderate: ({ identity, remove, ...fields }) => {
      const who = this.people.find(one => one.identity === identity);
      if (remove) this.#removePerson(identity);
      else this.#send({ type: 'participantUpdated', participant: Object.assign(who, fields) });
    },
    leave: () => this.#client?.close(),
  };

  #join(id, name) {
    this.#me = { ...person('me', name, 9), role: 'moderator' };
    this.#send({
      type: 'joined',
      replyTo: id,
      sessionId: 's1',
      resumeToken: 't1',
      participant: this.#me,
      participants: [...this.people, this.#me],
      layout: this.#layoutNow(),
      recording: this.#recording,
      iceServers: [],
      server: {
        name: 'mock',
        version: '0',
        pingInterval: 10,
        features: {
          layouts: ['grid', 'speaker', 'sidebar'],
          recording: true,
          screen: {
            sharers: 1,
            replace: false,
            maxWidth: 1920,
            maxHeight: 1080,
            maxFramerate: 15,
            maxBitrate: 2_500_000,
          },
        },
      },
    });
    this.#showScene();
    this.#send({ type: 'connectionQuality', identity: 'me', score: 5 });
    this.#send({ type: 'connectionQuality', identity: 'p3', score: 2 });
    this.#send({
      type: 'requestVideo',
      source: 'camera',
      active: true,
      maxWidth: 426,
      maxHeight: 240,
      maxFramerate: 25,
      maxBitrate: 300000,
    });
    this.#play();
  }

  #play() {
    let at = 0;
    this.#timers.forEach(clearInterval);
    this.#timers = [
      setInterval(() => {
        at += 1;
        const identities = at % 4 === 3 ? [] : [`p${at % 2 ? 1 : 3}`];
        this.#send({ type: 'activeSpeakers', identities });
      }, 1500),
      ...TALK.map(([who, text], index) =>
        setTimeout(() => this.#say(this.people[who], text), 1200 + index * 500),
      ),
    ];
  }

  #say({ identity, name }, text) {
    this.#send({ type: 'chat', from: identity, name, text, at: new Date().toISOString() });
  }

  #removePerson(identity) {
    this.people = this.people.filter(one => one.identity !== identity);
    this.#send({ type: 'participantLeft', identity, reason: 'removed' });
    this.#sendLayout();
  }

  #sendLayout() {
    this.#send({ type: 'layoutChanged', ...this.#layoutNow() });
    this.#showScene();
  }

  #layoutNow() {
    const everybody = [...this.people, ...(this.#me ? [this.#me] : [])];
    const columns = Math.ceil(Math.sqrt(everybody.length));
    const rows = Math.ceil(everybody.length / columns);
    const tiles = everybody.map(({ identity }, index) => ({
      identity,
      source: 'camera',
      left: (index % columns) / columns,
      top: Math.floor(index / columns) / rows,
      width: 1 / columns,
      height: 1 / rows,
    }));
    return { layout: this.#layout, canvas: { width: 1280, height: 720 }, tiles };
  }

  #showScene() {
    const { tiles } = this.#layoutNow();
    this.#toMixer({ type: 'scene', tiles, participants: [...this.people, this.#me ?? {}] });
  }

  #send(message) {
    this.#client?.send(JSON.stringify(message));
  }

  #toMixer(message) {
    if (this.#mixer?.readyState === 1) this.#mixer.send(JSON.stringify(message));
  }
}

function person(identity, name, index) {
  return {
    identity,
    name,
    role: 'participant',
    audioMuted: false,
    videoMuted: false,
    handRaised: false,
    screenShared: false,
    joinedAt: new Date(Date.UTC(2026, 0, 1, 9, index)).toISOString(),
  };
}
