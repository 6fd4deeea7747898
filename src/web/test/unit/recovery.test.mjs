import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../sdk/backoff.js';
import { TributaryError } from '../../sdk/error.js';
import { Recovery } from '../../sdk/recovery.js';

/** A recovery whose steps succeed, unless told otherwise, and are written down. */
function recovery(overrides = {}) {
  /** @type {string[]} */
  const log = [];
  /** @param {string} name */
  const step = name => async () => {
    log.push(name);
  };
  const steps = {
    isOpen: () => true,
    open: step('open'),
    join: step('join'),
    offer: step('offer'),
    mediaFlows: async () => true,
    forgetSession: () => false,
    giveUp: () => log.push('giveUp'),
    ...overrides,
  };
  return { log, steps, recovery: new Recovery(steps, new Backoff({ min: 1, max: 2 })) };
}

/** @param {import('../../sdk/tributary.js').ErrorCode} code */
const failure = code => new TributaryError(code, code);

/**
 * @param {string[]} log
 * @param {string} name
 * @param {Error[]} failures
 */
const failing = (log, name, failures) => async () => {
  log.push(name);
  const error = failures.shift();
  if (error) throw error;
};

test('a broken socket: open, join, and the media stays when it still flows', async () => {
  let open = false;
  const { log, steps, recovery: it } = recovery({ isOpen: () => open });
  steps.open = async () => {
    log.push('open');
    open = true;
  };
  await it.need({ join: true });
  assert.deepEqual(log, ['open', 'join']);
  assert.equal(it.isRunning, false);
});

test('a broken socket with media gone: a new offer follows the join', async () => {
  const { log, recovery: it } = recovery({ mediaFlows: async () => false });
  await it.need({ join: true });
  assert.deepEqual(log, ['join', 'offer']);
});

test('broken media alone: an offer, no join', async () => {
  const { log, recovery: it } = recovery();
  await it.need({ offer: true });
  assert.deepEqual(log, ['offer']);
});

test('passing errors are tried again, from the step that failed', async () => {
  const { log, steps, recovery: it } = recovery();
  steps.offer = failing(log, 'offer', [failure('serverBusy'), failure('timeout')]);
  await it.need({ join: true, offer: true });
  assert.deepEqual(log, ['join', 'offer', 'offer', 'offer']);
});

test('a session that is forgotten there is begun anew, once', async () => {
  let token = true;
  const { log, steps, recovery: it } = recovery();
  steps.join = failing(log, 'join', [failure('notFound'), failure('forbidden')]);
  steps.forgetSession = () => {
    const had = token;
    token = false;
    return had;
  };
  await it.need({ join: true });
  assert.deepEqual(log, ['join', 'join', 'giveUp']);
});

test("an offer that is refused again to a stranger ends it, though a stranger's join succeeds", async () => {
  const { log, steps, recovery: it } = recovery();
  steps.forgetSession = () => true;
  const refusals = () => [1, 2, 3].map(() => failure('unsupportedCodec'));
  steps.offer = failing(log, 'offer', refusals());
  await it.need({ offer: true });
  assert.deepEqual(log, ['offer', 'join', 'offer', 'giveUp']);
});

test('once media has flowed, one more is forgiven', async () => {
  const { log, steps, recovery: it } = recovery();
  steps.forgetSession = () => true;
  steps.join = failing(log, 'join', [failure('notFound')]);
  await it.need({ join: true });
  it.succeeded();
  steps.join = failing(log, 'join', [failure('notFound')]);
  await it.need({ join: true });
  assert.deepEqual(log, ['join', 'join', 'offer', 'join', 'join', 'offer']);
});

test('what breaks during a recovery is mended by the same one', async () => {
  const { log, steps, recovery: it } = recovery();
  steps.offer = async () => {
    log.push('offer');
    if (log.length === 2) it.need({ join: true, offer: true });
  };
  await it.need({ join: true, offer: true });
  assert.deepEqual(log, ['join', 'offer', 'join', 'offer']);
});

test('stopping ends the tries', async () => {
  const { log, steps, recovery: it } = recovery();
  steps.join = async () => {
    log.push('join');
    it.stop();
    throw failure('serverBusy');
  };
  await it.need({ join: true });
  assert.deepEqual(log, ['join']);
});
