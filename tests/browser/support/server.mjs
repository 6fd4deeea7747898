/** A `tributary` of its own for each test: free port, temporary state, settings and profile. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseMetrics } from './metrics.mjs';
import { until } from './until.mjs';

const root = resolve(import.meta.dirname, '../../..');
const build = resolve(import.meta.dirname, '..', process.env.TRIBUTARY_BUILD ?? '../../build');
const START_DEADLINE = 30_000;
const STOP_DEADLINE = 20_000;

/** What GLib or GStreamer may say although nothing is wrong: `{ match, reason }`. */
const HARMLESS = [
  {
    match: /g_hash_table_foreach: assertion 'version == hash_table->version' failed.* at=.*libgstrtpmanager/,
    reason:
      'GStreamer 1.22: while it walks its sources for a report, rtpsession gives up its lock to ask for a clock rate; ' +
      'a source that comes just then makes GLib end that walk (before it touches anything): one report is shorter',
  },
];

/** What each server said, for whoever looks into a failure. */
const logs = resolve(import.meta.dirname, '../out/logs');
let started = 0;

const running = new Set();
process.on('exit', () => {
  for (const server of running) server.kill();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * @param {{ config?: object, profile?: object }} [overrides]  `config` over the server's defaults,
 *   `profile` over pipelines/default.json
 */
export async function startServer({ config = {}, profile = {} } = {}) {
  const server = new Server(config, profile);
  running.add(server);
  try {
    await server.listening();
  } catch (error) {
    server.kill();
    throw error;
  }
  return server;
}

class Server {
  /** @type {string[]} */
  lines = [];
  url = '';
  #folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
  #child;
  #partial = '';
  /** @type {{ code: number | null, signal: string | null } | null} */
  #exit = null;

  constructor(config, profile) {
    const settings = merge(
      {
        listen: { host: '127.0.0.1', port: 0 },
        stateDir: join(this.#folder, 'state'),
        // Frames are counted here: a room on a loaded machine must not save them.
        rooms: { profile: 'test', profilesDir: join(this.#folder, 'pipelines'), saveWhenBusy: false },
      },
      config,
    );
    const standard = JSON.parse(readFileSync(join(root, 'pipelines/default.json'), 'utf8'));
    mkdirSync(settings.rooms.profilesDir);
    const write = (path, content) => writeFileSync(path, JSON.stringify(content, null, 2));
    // Renditions are counted here: a page on a loaded machine must not change them.
    const steady = { rate: { adapt: false } };
    write(join(settings.rooms.profilesDir, 'test.json'), merge(merge(standard, steady), profile));
    write(join(this.#folder, 'config.json'), settings);
    this.#start();
  }

  #start() {
    const arguments_ = ['--config', join(this.#folder, 'config.json')];
    // A process group of its own, and the kernel ends it with us even when we are killed.
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', program('tributary'), ...arguments_], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, G_DEBUG: '' },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', text => this.#take(text));
    }
    this.#child.on('exit', (code, signal) => {
      this.#exit = { code, signal };
    });
  }

  get pid() {
    return this.#child.pid;
  }

  /** Where it keeps recordings, by default. */
  get recordings() {
    return join(this.#folder, 'state/recordings');
  }

  /** Kills it without a word, and starts it again on the same state; `url` is another then. */
  async killAndRestart() {
    const gone = new Promise(resolve => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
    this.#exit = null;
    this.lines = [];
    this.#start();
    await this.listening();
  }

  async listening() {
    const port = await until(
      'tributary to listen',
      () => {
        assert.equal(this.#exit, null, `tributary ended at once:\n${this.tail()}`);
        return this.field(/event=server\.listening/, 'port');
      },
      { timeout: START_DEADLINE },
    );
    this.url = `http://127.0.0.1:${port}`;
    await until('/healthz', async () => (await fetch(`${this.url}/healthz`)).ok, {
      timeout: START_DEADLINE,
    });
  }

  /** The value of `key` in the last line that matches. */
  field(match, key) {
    const line = this.lines.findLast(text => match.test(text));
    return line && new RegExp(`\\b${key}="?([^" ]+)`).exec(line)?.[1];
  }

  /** The process that holds this room's media now. */
  roomPid(room) {
    const match = new RegExp(`event=room\\.ready .*\\broom=${room}\\b.*\\bpid=`);
    const pid = this.field(match, 'pid') ?? this.field(new RegExp(`event=room\\.ready .*pid=.*room=${room}\\b`), 'pid');
    assert.ok(pid, `the log does not tell the process of room ${room}:\n${this.tail()}`);
    return Number(pid);
  }

  async metrics() {
    const reply = await fetch(`${this.url}/metrics`);
    assert.equal(reply.status, 200, '/metrics');
    return parseMetrics(await reply.text());
  }

  tail(count = 40) {
    return this.lines.slice(-count).join('\n');
  }

  /** Ends it as an admin would; asserts that it went well, and that the logs are free of GLib's alarms. */
  async stop() {
    if (!running.has(this)) return;
    assert.equal(this.#exit, null, `tributary ended by itself:\n${this.tail()}`);
    this.#child.kill('SIGTERM');
    try {
      await until('tributary to exit', () => this.#exit, { timeout: STOP_DEADLINE });
    } finally {
      this.kill();
    }
    assert.deepEqual(this.#exit, { code: 0, signal: null }, `exit of tributary:\n${this.tail()}`);
    assert.deepEqual(this.alarms(), [], 'GLib and GStreamer complained');
  }

  alarms() {
    const alarm = /event=glib\b.*\bkind=(critical|warning)|-CRITICAL \*\*|-WARNING \*\*|AddressSanitizer/;
    return this.lines.filter(line => alarm.test(line) && !HARMLESS.some(({ match }) => match.test(line)));
  }

  kill() {
    running.delete(this);
    mkdirSync(logs, { recursive: true });
    started += 1;
    const test = basename(process.argv[1] ?? 'test', '.mjs');
    writeFileSync(join(logs, `${test}-${started}.log`), `${this.lines.join('\n')}\n${JSON.stringify(this.#exit)}\n`);
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #take(text) {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    this.lines.push(...lines);
  }
}

/** Where a built program is. */
export function program(name) {
  const path = join(build, name);
  assert.ok(existsSync(path), `no ${name} in ${build}: run scripts/build, or set TRIBUTARY_BUILD`);
  return path;
}

function merge(base, over) {
  const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(base) || !isObject(over)) return over;
  const out = { ...base };
  for (const [key, value] of Object.entries(over)) {
    out[key] = key in base ? merge(base[key], value) : value;
  }
  return out;
}
