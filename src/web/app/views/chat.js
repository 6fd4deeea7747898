import { isComposing } from '../lib/shortcuts.js';
import { Avatar, Icon } from '../ui/controls.js';
import { html, View } from '../ui/view.js';
import { Panel } from './panel.js';

/**
 * @import { ChatMessage } from '/sdk/tributary.js'
 * @import { App } from '../state/app.js'
 */

const MAX_LENGTH = 2000;

/** @extends {View<{ app: App }>} */
export class Chat extends View {
  /** @type {HTMLElement | null} */
  list = null;
  /** @type {HTMLTextAreaElement | null} */
  input = null;
  /** The last of the messages shown: their count stays when the earliest go. */
  #shown = 0;

  /** @override */
  componentDidMount() {
    this.input?.focus();
    this.#followEnd();
  }

  /** @override */
  componentDidUpdate() {
    this.#followEnd();
  }

  #followEnd() {
    const last = this.props.app.call.messages.peek().at(-1)?.number ?? 0;
    if (last !== this.#shown) this.list?.scrollTo({ top: this.list.scrollHeight });
    this.#shown = last;
  }

  /** @param {Event} [event] */
  send = async event => {
    event?.preventDefault();
    const { app } = this.props;
    const { draft, room } = app.call;
    const text = draft.value.trim();
    if (!text) return;
    draft.value = '';
    const sent = await app.attempt(room.chat(text));
    if (!sent && !draft.value) draft.value = text;
  };

  /** @param {KeyboardEvent} event */
  onKey = event => {
    if (event.key === 'Enter' && !event.shiftKey && !isComposing(event)) this.send(event);
  };

  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const messages = app.call.messages.value;
    const { draft } = app.call;
    return html`<${Panel} title="Chat" onClose=${() => app.togglePanel('chat')}>
      <ol
        class="messages"
        role="log"
        aria-label="Messages"
        tabindex="0"
        ref=${(/** @type {HTMLElement} */ element) => {
          this.list = element;
        }}
      >
        ${
          messages.length === 0 &&
          html`<li class="empty">
          <${Icon} name="chat" size=${28} />
          <span>Messages are seen by everybody in the call, and are gone when it ends.</span>
        </li>`
        }
        ${messages.map(
          (message, index) => html`<${Message}
            key=${message.number}
            message=${message}
            continued=${continues(messages[index - 1], message)}
          />`,
        )}
      </ol>
      <form class="chat-form" onSubmit=${this.send}>
        <textarea
          ref=${(/** @type {HTMLTextAreaElement} */ element) => {
            this.input = element;
          }}
          rows="1"
          maxlength=${MAX_LENGTH}
          aria-label="Message to everybody"
          placeholder="Message to everybody"
          dir="auto"
          value=${draft.value}
          onInput=${(/** @type {InputEvent} */ event) => {
            draft.value = /** @type {HTMLTextAreaElement} */ (event.target).value;
          }}
          onKeyDown=${this.onKey}
        />
        <button
          type="submit"
          class="icon-button send"
          aria-label="Send"
          disabled=${!draft.value.trim()}
        >
          <${Icon} name="send" size=${18} />
        </button>
      </form>
    <//>`;
  }
}

/**
 * @param {ChatMessage | undefined} before
 * @param {ChatMessage} message
 */
function continues(before, message) {
  return before?.from === message.from && Date.parse(message.at) - Date.parse(before.at) < 120_000;
}

/** @param {{ message: ChatMessage, continued: boolean }} props */
function Message({ message, continued }) {
  const { mine } = message;
  const time = new Date(message.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return html`<li class="message" data-mine=${mine} data-continued=${continued}>
    ${!mine && !continued && html`<${Avatar} name=${message.name} identity=${message.from} />`}
    <div class="message-body">
      ${
        !continued &&
        html`<p class="message-head"><strong><bdi>${mine ? 'You' : message.name}</bdi></strong><time>${time}</time></p>`
      }
      <p class="bubble" dir="auto">${message.text}</p>
    </div>
  </li>`;
}
