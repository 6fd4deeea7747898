/**
 * Three measurements of the same rooms, one after the other: the limit (bare calls), the server under
 * tributary-load, the textbook pipeline. Writes a report for each room, and bench.json and bench.md anew after each.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const FRAMERATE = 25;
const BUILD = 'build';
const BASELINE = `${BUILD}/tests/bench/bench-baseline`;
const QUICK = '4+0,9+0,4+20';
const ALL = '4+0,9+0,25+0,49+0,4+20,4+100';
/** Beyond these the textbook needs hundreds of threads for each sender more, and more cores than we have. */
const MOST_TEXTBOOK_SENDERS = 25;
const MOST_TEXTBOOK_VIEWERS = 20;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    cells: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    out: { type: 'string', default: 'build/bench' },
    'no-textbook': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log('scripts/bench [--quick] [--cells SENDERS+VIEWERS,…] [--seconds S] [--out DIR] [--no-textbook]');
  process.exit(0);
}

const withTextbook = !options['no-textbook'];
const cells = (options.cells ?? (options.quick ? QUICK : ALL)).split(',').map(cell => {
  const [senders, viewers = 0] = cell.split('+').map(Number);
  if (!(senders > 0) || !(viewers >= 0)) throw new Error(`--cells: '${cell}' must be like 4+20`);
  return { senders, viewers };
});
mkdirSync(options.out, { recursive: true });

const AT = new Date().toISOString();
const COMMIT = git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' (changed)' : '');
const results = [];
for (const [index, cell] of cells.entries()) {
  const name = `${cell.senders}+${cell.viewers}`;
  const step = what => process.stderr.write(`[${index + 1}/${cells.length}] ${name}: ${what}\n`);
  step('limit');
  const limit = baseline('limit', cell, 4);
  step('Tributary');
  const ours = await measureOurs(cell, name);
  let textbook = null;
  if (withTextbook && textbookFits(cell)) {
    step('textbook');
    textbook = baseline('textbook', cell, cell.senders > 9 ? 2 : 4);
  }
  results.push({ ...cell, limit, ours, textbook });
  write();
}

console.log(readFileSync(join(options.out, 'bench.md'), 'utf8'));

/** After each room, so that what is measured is kept when a later one fails. */
function write() {
  const report = { at: AT, commit: COMMIT, cpu: `${cpus().length} x ${cpus()[0].model}`, results };
  writeFileSync(join(options.out, 'bench.json'), JSON.stringify(report, null, 2));
  writeFileSync(join(options.out, 'bench.md'), markdown(report));
}

function textbookFits({ senders, viewers }) {
  return senders <= MOST_TEXTBOOK_SENDERS && viewers <= MOST_TEXTBOOK_VIEWERS;
}

/** One of the two that are no server; null, and a word on stderr, when it does not work. */
function baseline(what, { senders, viewers }, seconds) {
  try {
    const out = execFileSync(BASELINE, [what, senders, viewers, seconds].map(String), {
      encoding: 'utf8',
      timeout: 300_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return JSON.parse(out);
  } catch (error) {
    process.stderr.write(`  ${what} did not work: ${error.message.split('\n')[0]}\n`);
    return null;
  }
}

async function measureOurs({ senders, viewers }, name) {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  const port = await freePort();
  const profile = { canvas: { width: 1280, height: 720, framerate: FRAMERATE }, layout: { maxTiles: Math.min(senders, 49) } };
  const config = {
    limits: { sessions: 5000, sessionsPerAddress: 5000, participantsPerRoom: 500, messagesPerSecond: 1000 },
    rooms: { profilesDir: dir, spareProcesses: 0, saveWhenBusy: false },
  };
  writeFileSync(join(dir, 'default.json'), JSON.stringify(profile));
  writeFileSync(join(dir, 'config'), JSON.stringify(config));
  const server = spawn(
    `${BUILD}/tributary`,
    ['--config', join(dir, 'config'), '--state-dir', join(dir, 'state'), '--listen', `127.0.0.1:${port}`],
    { stdio: 'ignore' },
  );
  const gone = new Promise(resolve => server.once('exit', resolve).once('error', resolve));
  try {
    await answers(`http://127.0.0.1:${port}/healthz`, server);
    const json = join(options.out, `${name}.json`);
    rmSync(json, { force: true });
    const code = await run(`${BUILD}/tributary-load`, [
      ...['--url', `http://127.0.0.1:${port}`, '--server-pid', server.pid, '--join-rate', 8, '--expect-fps', FRAMERATE],
      ...['--senders', senders, '--viewers', viewers, '--duration', options.seconds],
      ...['--json', json, '--html', join(options.out, `${name}.html`)],
    ]);
    const text = existsSync(json) ? readFileSync(json, 'utf8') : '';
    if (text === '') throw new Error(`tributary-load exited with ${code}`);
    const ours = JSON.parse(text);
    if (code !== 0) tellFailures(code, ours);
    return ours;
  } catch (error) {
    process.stderr.write(`  no figures: ${error.message}\n`);
    return null;
  } finally {
    server.kill();
    await gone;
    rmSync(dir, { recursive: true, force: true });
  }
}

function tellFailures(code, { failedPeers, peers }) {
  process.stderr.write(`  tributary-load exited with ${code}; peers that failed: ${failedPeers}\n`);
  for (const { name, error } of peers) {
    if (error) process.stderr.write(`    ${name}: ${error}\n`);
  }
}

function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args.map(String), { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

function freePort() {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url, server) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const ok = await fetch(url).then(reply => reply.ok, () => false);
    if (ok) return;
    if (server.exitCode !== null || server.signalCode !== null) throw new Error('the server ended');
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`nothing at ${url}`);
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}

function markdown({ at, commit: revision, cpu, results: rows }) {
  const digits = (value, count) => (value === undefined || value === null ? '–' : value.toFixed(count));
  const book = row =>
    withTextbook && !textbookFits(row) ? `– (some ${digits(baseline('textbook-guess', row, 1)?.cores, 0)})` : digits(row.textbook?.cores, 2);
  const percent = ours => {
    const share = ours?.video.worstFramesShare ?? null;
    const failed = ours?.failedPeers > 0 ? ` (${ours.failedPeers} failed)` : '';
    return share === null ? `–${failed}` : `${(share * 100).toFixed(1)} %${failed}`;
  };
  const ratio = (a, b) => (a && b ? `${(a / b).toFixed(1)}×` : '–');
  const lines = [
    `\`scripts/bench\` at ${revision}, ${at}, ${cpu}; cores are CPU seconds a second.`,
    '',
    '| senders + viewers | limit | Tributary | of the limit | textbook | of ours | MB | threads | files | fps | frames | server latency, median / p95 ms |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  for (const row of rows) {
    const { senders, viewers, limit, ours, textbook } = row;
    const cores = ours?.cpu.serverCores;
    lines.push(
      `| ${[
        `${senders} + ${viewers}`,
        digits(limit?.cores, 2),
        digits(cores, 2),
        ratio(cores, limit?.cores),
        book(row),
        ratio(textbook?.cores, cores),
        digits(ours?.cpu.serverProportionalMB, 0),
        digits(ours?.cpu.serverThreads, 0),
        digits(ours?.cpu.serverFiles, 0),
        digits(ours?.video.framesPerSecond, 1),
        percent(ours),
        ours ? `${digits(ours.latencyMs.server.median, 0)} / ${digits(ours.latencyMs.server.p95, 0)}` : '–',
      ].join(' | ')} |`,
    );
  }
  if (withTextbook && !rows.every(textbookFits)) {
    lines.push('', '– (some N): not measured, for it would need about N cores, by what smaller rooms take.');
  }
  const stages = [...new Set(rows.flatMap(({ ours }) => Object.keys(ours?.cpu.serverStages ?? {})))].sort();
  lines.push('', `| cores by stage | ${stages.join(' | ')} | load tool |`, `|---|${'---|'.repeat(stages.length + 1)}`);
  for (const { senders, viewers, ours } of rows) {
    if (!ours) continue;
    const shares = stages.map(stage => digits(ours.cpu.serverStages[stage] ?? 0, 3));
    lines.push(`| ${senders} + ${viewers} | ${shares.join(' | ')} | ${digits(ours.cpu.loadToolCores, 2)} |`);
  }
  return `${lines.join('\n')}\n`;
}
