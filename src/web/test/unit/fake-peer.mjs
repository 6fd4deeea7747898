/** A browser's RTCPeerConnection as far as the SDK needs one: connects when its offer is answered. */
export class FakePeerConnection {
  /** @type {FakePeerConnection[]} */
  static all = [];

  connectionState = 'new';
  signalingState = 'stable';
  localDescription = { sdp: 'v=0' };
  /** @type {any[]} */
  transceivers = [];
  /** @type {(() => void) | null} */
  onconnectionstatechange = null;
  #packets = 0;

  constructor() {
    FakePeerConnection.all.push(this);
  }

  /**
   * @param {string} kind
   * @param {{ direction: string }} init
   */
  addTransceiver(kind, { direction }) {
    const transceiver = { kind, direction, receiver: { track: { kind } }, sender: sender() };
    this.transceivers.push(transceiver);
    return transceiver;
  }

  get directions() {
    return this.transceivers.map(({ direction }) => direction);
  }

  async setLocalDescription() {}

  async setRemoteDescription() {
    this.connectionState = 'connected';
    this.onconnectionstatechange?.();
  }

  /** Never silent. */
  async getStats() {
    this.#packets += 1;
    return new Map([['in', { type: 'inbound-rtp', packetsReceived: this.#packets }]]);
  }

  close() {
    this.signalingState = 'closed';
  }
}

function sender() {
  return {
    track: /** @type {unknown} */ (null),
    /** @param {unknown} track */
    async replaceTrack(track) {
      this.track = track;
    },
    getParameters: () => ({}),
  };
}
