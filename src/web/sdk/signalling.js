import { Emitter } from './emitter.js';
import { TributaryError } from './error.js';

/**
 * @typedef {{ type: string, id?: number, replyTo?: number, [field: string]: any }} Message
 * @typedef {{ resolve: (reply: any) => void, reject: (error: Error) => void, timer: any }} Pending
 * @typedef {{ message: Message, closed: { code: number, reason: string } }} SignallingEventMap
 */

export const SUBPROTOCOL = 'tributary.v1';

const OPEN_TIMEOUT = 10_000;
const REPLY_TIMEOUT = 15_000;

/** @param {Location} [location] */
export function defaultUrl(location = globalThis.location) {
  const url = new URL('/v1/ws', location.href);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  return url;
}

/**
 * One WebSocket at a time, speaking `tributary.v1`: requests with their replies, and pings that find
 * out when the other side is gone. Opening again after `closed` is the owner's decision.
 *
 * @extends {Emitter<SignallingEventMap>}
 */
export class Signalling extends Emitter {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  /** @type {any} */
  #pingTimer = null;
  /** @type {(() => void) | null} */
  #failOpening = null;
  #nextId = 1;

  /**
   * @param {string | URL} url
   * @param {{ WebSocket?: typeof WebSocket, replyTimeout?: number }} [options]
   */
  constructor(url, options = {}) {
    super();
    this.url = String(url);
    this.WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.replyTimeout = options.replyTimeout ?? REPLY_TIMEOUT;
  }

  get isOpen() {
    return this.#socket?.readyState === 1;
  }

  /** Resolves when open; rejects with `connectionLost`. A socket of before is dropped silently. */
  async open() {
    this.close();
    const socket = new this.WebSocket(this.url, SUBPROTOCOL);
    this.#socket = socket;
    await new Promise((resolve, reject) => {
      const fail = () => {
        clearTimeout(timer);
        if (this.#socket === socket) this.#socket = null;
        this.#failOpening = null;
        socket.close();
        reject(new TributaryError('connectionLost', 'The server cannot be reached.'));
      };
      const timer = setTimeout(fail, OPEN_TIMEOUT);
      this.#failOpening = fail;
      socket.onerror = fail;
      socket.onclose = fail;
      socket.onopen = () => {
        clearTimeout(timer);
        this.#failOpening = null;
        resolve(undefined);
      };
    });
    socket.onerror = null;
    socket.onclose = event => this.#onClose(socket, event.code, event.reason);
    socket.onmessage = event => this.#onMessage(event.data);
  }

  /** Closes without a `closed` event; what waits for a reply is rejected. */
  close() {
    const socket = this.#socket;
    if (!socket) return;
    this.#forget(socket);
    socket.close(1000);
  }

  /** @param {number} seconds */
  pingEvery(seconds) {
    clearInterval(this.#pingTimer);
    this.#pingTimer = setInterval(() => this.#ping(seconds * 1000), seconds * 1000);
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} [fields]
   * @param {number} [timeout]
   * @returns {Promise<Message>} the reply; rejects with TributaryError
   */
  request(type, fields = {}, timeout = this.replyTimeout) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (!this.send(type, { id, ...fields })) {
        reject(new TributaryError('connectionLost', 'There is no connection to the server.'));
        return;
      }
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new TributaryError('timeout', `The server did not answer "${type}" in time.`));
      }, timeout);
      this.#pending.set(id, { resolve, reject, timer });
    });
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} [fields]
   * @returns {boolean} false when there is no open socket
   */
  send(type, fields = {}) {
    if (!this.isOpen) return false;
    this.#socket?.send(JSON.stringify({ type, ...fields }));
    return true;
  }

  /** @param {number} timeout */
  #ping(timeout) {
    const socket = this.#socket;
    if (!socket || !this.isOpen) return;
    this.request('ping', {}, timeout).catch(error => {
      const silent = error.code === 'timeout' && this.#socket === socket;
      if (silent) this.#onClose(socket, 4000, 'no pong');
    });
  }

  /** @param {unknown} data */
  #onMessage(data) {
    /** @type {Message} */
    let message;
    try {
      message = JSON.parse(String(data));
    } catch {
      return;
    }
    if (typeof message?.type !== 'string') return;
    if (message.replyTo === undefined) this.emit('message', message);
    else this.#settle(message.replyTo, message);
  }

  /**
   * @param {number} id
   * @param {Message} reply
   */
  #settle(id, reply) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (reply.type !== 'error') pending.resolve(reply);
    else pending.reject(new TributaryError(reply.code, reply.message ?? reply.code));
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   * @param {string} reason
   */
  #onClose(socket, code, reason) {
    if (this.#socket !== socket) return;
    this.#forget(socket);
    socket.close();
    this.emit('closed', { code, reason });
  }

  /** @param {WebSocket} socket */
  #forget(socket) {
    socket.onopen = socket.onclose = socket.onmessage = socket.onerror = null;
    this.#socket = null;
    this.#failOpening?.();
    clearInterval(this.#pingTimer);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new TributaryError('connectionLost', 'The connection to the server broke.'));
    }
    this.#pending.clear();
  }
}
