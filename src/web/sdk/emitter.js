/**
 * An EventTarget whose events are CustomEvents with a typed `detail`.
 *
 * @template Events  maps each event's name to its detail
 */
export class Emitter extends EventTarget {
  /**
   * @template {keyof Events & string} Type
   * @param {Type} type
   * @param {(detail: Events[Type]) => void} handler
   * @returns {() => void} stops it
   */
  on(type, handler) {
    /** @param {Event} event */
    const listener = event => handler(/** @type {CustomEvent} */ (event).detail);
    this.addEventListener(type, listener);
    return () => this.removeEventListener(type, listener);
  }

  /**
   * @template {keyof Events & string} Type
   * @param {Type} type
   * @param {Events[Type]} detail
   */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
