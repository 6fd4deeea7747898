/**
 * Runs the tests (`node run.mjs [NAME…]`) or the benches (`node run.mjs bench [NAME…]`), one file after the
 * other, as they measure; those that assert no times, two at a time at the end. Ends with a line that sums up.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** They wait for what is to be seen, however long it takes; the long ones first. */
const PATIENT = ['page', 'films', 'layouts', 'codecs', 'names', 'upload'];

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

const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    process.exit(1);
  });
}

const failed = [];

/** Runs one file; `aside`: prints what it says when it is over, as another runs beside it. */
async function run(file, { aside = false } = {}) {
  if (!aside) console.log(`\n── ${file}`);
  const options = bench ? [] : ['--test', '--test-reporter=spec'];
  const child = spawn(process.execPath, [...options, join(place, file)], { stdio: aside ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  children.add(child);
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', data => said.push(data));
  const code = await new Promise(resolve => child.on('close', (status, signal) => resolve(status ?? signal)));
  children.delete(child);
  if (aside) console.log(`\n── ${file}\n${Buffer.concat(said)}`);
  if (code !== 0) failed.push(file);
}

const started = performance.now();
const patient = bench || files.length === 1 ? [] : PATIENT.map(name => name + ending).filter(file => files.includes(file));
for (const file of files.filter(each => !patient.includes(each))) await run(file);
const worker = async () => {
  for (let file = patient.shift(); file; file = patient.shift()) await run(file, { aside: true });
};
await Promise.all([worker(), worker()]);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
const verdict = failed.length ? `FAILED: ${failed.join(', ')}` : 'all passed';
console.log(`\nbrowser ${bench ? 'benches' : 'tests'}: ${files.length} files in ${seconds} s, ${verdict}`);
process.exit(failed.length ? 1 : 0);
