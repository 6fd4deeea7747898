import { IconButton } from '../ui/controls.js';
import { html, signal, View } from '../ui/view.js';
import { MoreMenu } from './more-menu.js';

/** @import { App } from '../state/app.js' */

/** @extends {View<{ app: App }>} */
export class Toolbar extends View {
  moreShown = signal(false);

  toggleMore = () => {
    this.moreShown.value = !this.moreShown.value;
  };

  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const { call, panel } = app;
    const raised = call.me.value?.handRaised ?? false;
    return html`<footer class="toolbar" role="toolbar" aria-label="Call controls">
      <div class="toolbar-side">
        <span class="headcount">${headcount(call.participants.value.size)}</span>
      </div>
      <div class="toolbar-main">
        ${!call.isViewer.value && html`<${MuteButtons} app=${app} />`}
        ${call.mayShare.value && html`<${ShareButton} app=${app} />`}
        <${IconButton}
          variant="bar"
          icon="hand"
          caption="Hand"
          tone=${raised ? 'on' : ''}
          label=${raised ? 'Lower your hand' : 'Raise your hand'}
          hint="H"
          pressed=${raised}
          onClick=${() => app.toggleHand()}
        />
        <div class="anchor">
          <${IconButton}
            variant="bar"
            icon="more"
            caption="More"
            label="More"
            expanded=${this.moreShown.value}
            onClick=${this.toggleMore}
          />
          ${this.moreShown.value && html`<${MoreMenu} app=${app} onClose=${this.toggleMore} />`}
        </div>
        <${IconButton}
          variant="bar"
          icon="leave"
          caption="Leave"
          tone="danger"
          label="Leave the call"
          onClick=${() => app.leave()}
        />
      </div>
      <div class="toolbar-side end">
        <${IconButton}
          variant="bar"
          icon="people"
          caption="People"
          label="Participants"
          hint="P"
          expanded=${panel.value === 'people'}
          onClick=${() => app.togglePanel('people')}
        />
        <${IconButton}
          variant="bar"
          icon="chat"
          caption="Chat"
          label="Chat"
          hint="C"
          badge=${call.unread.value}
          expanded=${panel.value === 'chat'}
          onClick=${() => app.togglePanel('chat')}
        />
      </div>
    </footer>`;
  }
}

/** @extends {View<{ app: App }>} */
class MuteButtons extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const micOff = app.devices.audioMuted.value;
    const cameraOff = app.devices.videoMuted.value;
    return html`
      <${IconButton}
        variant="bar"
        icon=${micOff ? 'mic-off' : 'mic'}
        caption=${micOff ? 'Unmute' : 'Mute'}
        tone=${micOff ? 'off' : ''}
        label=${micOff ? 'Turn the microphone on' : 'Turn the microphone off'}
        hint="M"
        onClick=${() => app.toggleMute('audio')}
      />
      <${IconButton}
        variant="bar"
        icon=${cameraOff ? 'camera-off' : 'camera'}
        caption="Camera"
        tone=${cameraOff ? 'off' : ''}
        label=${cameraOff ? 'Turn the camera on' : 'Turn the camera off'}
        hint="V"
        onClick=${() => app.toggleMute('video')}
      />
    `;
  }
}

/** On phones it is an entry of the menu instead. @extends {View<{ app: App }>} */
class ShareButton extends View {
  /**
   * @override
   * @param {{ app: App }} props
   */
  view({ app }) {
    const sharing = Boolean(app.call.screen.value);
    return html`<span class="share">
      <${IconButton}
        variant="bar"
        icon=${sharing ? 'screen-off' : 'screen'}
        tone=${sharing ? 'on' : ''}
        label=${sharing ? 'Stop sharing your screen' : 'Share your screen'}
        hint="D"
        onClick=${() => app.toggleScreen()}
      />
    </span>`;
  }
}

/** @param {number} count */
function headcount(count) {
  return count === 1 ? 'Only you are here' : `${count} people`;
}
