import { fetchProblem, replyProblem } from '../lib/words.js';
import { html, signal, View } from '../ui/view.js';

/**
 * Asks for the API's token and signs in with it.
 *
 * @extends {View<{ onSignedIn: () => unknown }>}
 */
export class SignIn extends View {
  problem = signal('');
  busy = signal(false);

  /** @param {SubmitEvent} event */
  submit = async event => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const token = String(new FormData(form).get('token')).trim();
    this.busy.value = true;
    this.problem.value = await signIn(token);
    this.busy.value = false;
    if (!this.problem.value) this.props.onSignedIn();
  };

  /** @override */
  view() {
    const problem = this.problem.value;
    return html`<form class="sign-in" onSubmit=${this.submit}>
      <p class="muted">Recordings are for whoever runs this server.</p>
      <div class="field">
        <label for="token">The server’s token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          autofocus
          required
          aria-invalid=${String(Boolean(problem))}
          aria-describedby="token-hint"
        />
      </div>
      <p id="token-hint" class="muted">It is in the file that admin.tokenFile names.</p>
      ${problem && html`<p role="alert">${problem}</p>`}
      <button type="submit" class="button primary" disabled=${this.busy.value}>Sign in</button>
    </form>`;
  }
}

/**
 * What went wrong; empty: nothing.
 *
 * @param {string} token
 */
async function signIn(token) {
  try {
    const headers = { authorization: `Bearer ${token}` };
    const reply = await fetch('/v1/session', { method: 'POST', headers });
    if (reply.ok) return '';
    if (reply.status === 401) return 'This is not the server’s token.';
    return replyProblem(reply.status, await reply.json().catch(() => null));
  } catch (error) {
    return fetchProblem(error);
  }
}

/** A server that cannot be reached is told of by whoever asks it for more. */
export async function signOut() {
  await fetch('/v1/session', { method: 'DELETE' }).catch(() => null);
}

/** Whether the API answers this page because it has signed in. */
export async function hasSignedIn() {
  const reply = await fetch('/v1/session').catch(() => null);
  const body = reply?.ok ? await reply.json().catch(() => null) : null;
  return Boolean(body?.signedIn);
}
