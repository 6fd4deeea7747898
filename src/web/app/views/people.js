import { qualityWord } from '../lib/words.js';
import { Avatar, Icon, IconButton } from '../ui/controls.js';
import { html, signal, View } from '../ui/view.js';
import { Panel } from './panel.js';
import { hasPersonMenu, PersonMenu } from './person-menu.js';

/**
 * @import { Participant } from '/sdk/tributary.js'
 * @import { App } from '../state/app.js'
 */

/** @extends {View<{ app: App }>} */
export class People extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const { call } = app;
    const everybody = inOrder([...call.participants.value.values()], call.me.value?.identity);
    const speakers = call.speakers.value;
    const title = `Participants (${everybody.length})`;
    return html`<${Panel} title=${title} onClose=${() => app.togglePanel('people')}>
      <ul class="people">
        ${everybody.map(
          who => html`<${Person}
            key=${who.identity}
            app=${app}
            who=${who}
            speaking=${speakers.includes(who.identity)}
          />`,
        )}
      </ul>
      <div class="panel-foot">
        <button type="button" class="button wide" onClick=${() => app.copyLink()}>
          <${Icon} name="link" size=${18} />Copy invitation link
        </button>
      </div>
    <//>`;
  }
}

/**
 * Raised hands first, then me, then by arrival.
 *
 * @param {Participant[]} everybody
 * @param {string | undefined} myIdentity
 */
function inOrder(everybody, myIdentity) {
  /** @param {Participant} who */
  const rank = who => (who.handRaised ? 0 : who.identity === myIdentity ? 1 : 2);
  return everybody.sort((a, b) => rank(a) - rank(b) || a.joinedAt.localeCompare(b.joinedAt));
}

/** @extends {View<{ app: App, who: Participant, speaking: boolean }>} */
class Person extends View {
  menuShown = signal(false);

  toggleMenu = () => {
    this.menuShown.value = !this.menuShown.value;
  };

  /**
   * @override
   * @param {{ app: App, who: Participant, speaking: boolean }} props
   */
  view({ app, who, speaking }) {
    const me = who.identity === app.call.me.value?.identity;
    const score = app.call.scores.value.get(who.identity);
    const notes = [
      me && 'you',
      who.role !== 'participant' && who.role,
      app.call.layout.value?.spotlight === who.identity && 'in the spotlight',
      score !== undefined && score <= 2 && `${qualityWord(score).toLowerCase()} connection`,
    ].filter(Boolean);
    return html`<li class="person" data-speaking=${speaking}>
      <${Avatar} name=${who.name} identity=${who.identity} />
      <span class="person-name">
        <span><bdi>${who.name}</bdi></span>
        ${notes.length > 0 && html`<small>${notes.join(', ')}</small>`}
      </span>
      ${speaking && html`<span class="visually-hidden">is talking</span>`}
      ${who.screenShared && html`<${Sign} icon="screen" label="Shares a screen" tone="share" />`}
      ${who.handRaised && html`<${Sign} icon="hand" label="Hand raised" tone="hand" />`}
      ${
        who.role !== 'viewer' &&
        html`
          <${Sign}
            icon=${who.audioMuted ? 'mic-off' : 'mic'}
            label=${who.audioMuted ? 'Microphone off' : 'Microphone on'}
            tone=${who.audioMuted ? 'off' : 'on'}
          />
          <${Sign}
            icon=${who.videoMuted ? 'camera-off' : 'camera'}
            label=${who.videoMuted ? 'Camera off' : 'Camera on'}
            tone=${who.videoMuted ? 'off' : 'on'}
          />
        `
      }
      ${hasPersonMenu(app) && this.menu(app, who)}
    </li>`;
  }

  /**
   * @param {App} app
   * @param {Participant} who
   */
  menu(app, who) {
    return html`<div class="anchor">
      <${IconButton}
        icon="more"
        label=${`Options for ${who.name}`}
        expanded=${this.menuShown.value}
        onClick=${this.toggleMenu}
      />
      ${this.menuShown.value && html`<${PersonMenu} app=${app} who=${who} onClose=${this.toggleMenu} />`}
    </div>`;
  }
}

/** @param {{ icon: string, label: string, tone: string }} props */
function Sign({ icon, label, tone }) {
  return html`<span class="sign" data-tone=${tone} role="img" aria-label=${label} title=${label}>
    <${Icon} name=${icon} size=${18} />
  </span>`;
}
