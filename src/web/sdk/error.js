/** @import { ErrorCode } from './tributary.js' */

/** An `error` of the protocol, or `connectionLost` when the socket failed us. */
export class TributaryError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'TributaryError';
    /** @readonly */
    this.code = code;
  }
}

/** @type {ReadonlySet<string>} */
const passing = new Set(['serverBusy', 'rateLimited', 'timeout', 'internal', 'connectionLost']);

/**
 * Whether the same request may succeed later.
 *
 * @param {unknown} error
 */
export function isPassing(error) {
  return error instanceof TributaryError && passing.has(error.code);
}
