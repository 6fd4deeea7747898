/**
 * Runs the tests (`node run.mjs [NAME…]`) or the benches (`node run.mjs bench [NAME…]`), one file after the
 * other: each wants the machine for itself, but for those that hardly use it. Ends with a line that sums up.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const [first, ...others] = process.argv.slice(2);
const bench = first === 'bench';
const names = bench ? others : process.argv.slice(2);
const place = bench ? join(folder, 'bench') : folder;
const ending = bench ? '.bench.mjs' : '.test.mjs';
const files = readdirSync(place)
  .filter(file => file.endsWith(ending))
  .filter(file => names.length === 0 || names.some(name => file.startsWith(name)))
  .sort();

/** Nobody in them minds how smoothly anything goes: they run beside each other, their output in turn. */
const PATIENT = ['films.test.mjs', 'names.test.mjs', 'upload.test.mjs'];

/** Minutes: ten times what the longest takes. A file that leaves something open would never end. */
const DEADLINE = bench ? 60 : 10;

/** Each with a group of its own, so that nothing of it outlives it. */
const children = new Set();
const end = (child, signal) => {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
};
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of children) end(child, signal);
    process.exit(1);
  });
}

const failed = [];
async function run(file, output) {
  const options = bench ? [] : ['--test', '--test-reporter=spec'];
  const child = spawn(process.execPath, [...options, join(place, file)], { stdio: ['inherit', output, output], detached: true });
  children.add(child);
  const overdue = setTimeout(() => {
    console.log(`${file}: not over after ${DEADLINE} minutes`);
    end(child, 'SIGKILL');
  }, DEADLINE * 60_000);
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => chunks.push(chunk));
  const code = await new Promise(resolve => child.on('close', (status, signal) => resolve(status ?? signal)));
  clearTimeout(overdue);
  children.delete(child);
  if (code !== 0) failed.push(file);
  if (chunks.length > 0) process.stdout.write(`\n── ${file}\n${Buffer.concat(chunks)}`);
}

const started = performance.now();
const patient = files.filter(file => PATIENT.includes(file));
await Promise.all(patient.map(file => run(file, 'pipe')));
for (const file of files.filter(name => !patient.includes(name))) {
  console.log(`\n── ${file}`);
  await run(file, 'inherit');
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
const verdict = failed.length ? `FAILED: ${failed.join(', ')}` : 'all passed';
console.log(`\nbrowser ${bench ? 'benches' : 'tests'}: ${files.length} files in ${seconds} s, ${verdict}`);
process.exit(failed.length ? 1 : 0);
