import htm from '/vendor/htm.js';
import { Component, h } from '/vendor/preact.js';
import { effect } from '/vendor/signals.js';

export { render } from '/vendor/preact.js';
export { batch, computed, effect, signal } from '/vendor/signals.js';

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(/** @type {any} */ (h));

/**
 * A component that draws itself again when a signal read in `view` changes. Plain functions do for
 * whatever depends on its props alone.
 *
 * @template [Props={}]
 * @extends {Component<Props>}
 */
export class View extends Component {
  /** @type {(() => void) | null} */
  #stop = null;

  /**
   * @param {Props} _props
   * @returns {any}
   */
  view(_props) {
    return null;
  }

  /** @override */
  render() {
    this.#stop?.();
    let output = null;
    let drawing = true;
    this.#stop = effect(() => {
      if (drawing) output = this.view(this.props);
      else this.setState({});
    });
    drawing = false;
    return output;
  }

  /** @override */
  componentWillUnmount() {
    this.#stop?.();
  }
}
