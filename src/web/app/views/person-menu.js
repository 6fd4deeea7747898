import { spotlightLayout } from '../lib/layouts.js';
import { MenuItem, Popover } from '../ui/popover.js';
import { html, View } from '../ui/view.js';

/**
 * @import { Participant, Role } from '/sdk/tributary.js'
 * @import { App } from '../state/app.js'
 */

/** What a moderator can make of somebody. @type {Record<Role, { role: Role, label: string }[]>} */
const ROLES = {
  viewer: [{ role: 'participant', label: 'Let them be seen and heard' }],
  participant: [
    { role: 'moderator', label: 'Make a moderator' },
    { role: 'viewer', label: 'Make a viewer' },
  ],
  moderator: [],
};

/** Whether I may do anything about people. @param {App} app */
export function hasPersonMenu(app) {
  return app.call.isModerator.value;
}

/**
 * What a moderator can do about somebody: in the list of people, and on their tile.
 *
 * @extends {View<{ app: App, who: Participant, class?: string, onClose: () => void }>}
 */
export class PersonMenu extends View {
  /**
   * @override
   * @param {{ app: App, who: Participant, class?: string, onClose: () => void }} props
   */
  view({ app, who, class: extra = '', onClose }) {
    const { room } = app.call;
    const me = who.identity === app.call.me.value?.identity;
    /** @param {() => Promise<unknown>} request */
    const choose = request => () => {
      onClose();
      app.attempt(request());
    };
    return html`<${Popover} label=${who.name} class=${`menu ${extra}`} onClose=${onClose}>
      <div class="menu-title"><bdi>${who.name}</bdi>${me && ' (you)'}</div>
      ${who.role !== 'viewer' && this.spotlightItem(app, who, choose)}
      ${
        who.screenShared &&
        html`<${MenuItem}
          icon="screen-off"
          label="Stop the shared screen"
          onClick=${choose(() =>
            me ? room.stopScreen() : room.moderate(who.identity, { screenShared: false }),
          )}
        />`
      }
      ${
        !me &&
        who.role !== 'viewer' &&
        !who.audioMuted &&
        html`<${MenuItem}
          icon="mic-off"
          label="Mute"
          onClick=${choose(() => room.moderate(who.identity, { audioMuted: true }))}
        />`
      }
      ${(ROLES[who.role] ?? []).map(
        ({ role, label }) => html`<${MenuItem}
          key=${role}
          icon="people"
          label=${label}
          onClick=${choose(() => room.moderate(who.identity, { role }))}
        />`,
      )}
      ${
        !me &&
        html`<${MenuItem}
          icon="leave"
          label="Remove from the call"
          tone="danger"
          onClick=${choose(() => room.moderate(who.identity, { remove: true }))}
        />`
      }
    <//>`;
  }

  /**
   * @param {App} app
   * @param {Participant} who
   * @param {(request: () => Promise<unknown>) => () => void} choose
   */
  spotlightItem({ call }, who, choose) {
    const current = call.layout.value?.layout ?? '';
    const layout = spotlightLayout(call.features.value, current);
    if (!layout) return null;
    const lit = call.layout.value?.spotlight === who.identity;
    return html`<${MenuItem}
      icon="spotlight"
      label=${lit ? 'Take out of the spotlight' : 'Put in the spotlight'}
      onClick=${choose(() =>
        lit ? call.room.setLayout(current) : call.room.setLayout(layout, who.identity),
      )}
    />`;
  }
}
