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

/** Without browsers that see anybody: they run beside each other, their output in turn. */
const PATIENT = ['names.test.mjs', 'upload.test.mjs'];

const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    process.exit(1);
  });
}

const failed = [];
async function run(file, output) {
  const options = bench ? [] : ['--test', '--test-reporter=spec'];
  const child = spawn(process.execPath, [...options, join(place, file)], { stdio: ['inherit', output, output] });
  children.add(child);
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => chunks.push(chunk));
  const code = await new Promise(resolve => child.on('close', (status, signal) => resolve(status ?? signal)));
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
