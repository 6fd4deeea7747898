/** A WebSocket whose other side is the test. */
export class FakeSocket {
  /** @type {FakeSocket[]} */
  static all = [];

  readyState = 0;
  /** @type {any[]} */
  sent = [];
  /** @type {((event?: any) => void) | null} */
  onopen = null;
  /** @type {((event?: any) => void) | null} */
  onclose = null;
  /** @type {((event?: any) => void) | null} */
  onerror = null;
  /** @type {((event?: any) => void) | null} */
  onmessage = null;

  /**
   * @param {string} url
   * @param {string} protocol
   */
  constructor(url, protocol) {
    this.url = url;
    this.protocol = protocol;
    FakeSocket.all.push(this);
  }

  static get last() {
    return FakeSocket.all[FakeSocket.all.length - 1];
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  accept() {
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {object} message */
  say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  break(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code, reason: '' });
  }
}
