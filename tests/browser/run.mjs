/**
 * Runs the tests (`node run.mjs [NAME…]`) or the benches (`node run.mjs bench [NAME…]`), one file after the
 * other: each wants the machine for itself. Ends with a line that sums up.
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

let child = null;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    child?.kill(signal);
    process.exit(1);
  });
}

const started = performance.now();
const failed = [];
for (const file of files) {
  console.log(`\n── ${file}`);
  const options = bench ? [] : ['--test', '--test-reporter=spec'];
  child = spawn(process.execPath, [...options, join(place, file)], { stdio: 'inherit' });
  const code = await new Promise(resolve => child.on('exit', (status, signal) => resolve(status ?? signal)));
  if (code !== 0) failed.push(file);
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
const verdict = failed.length ? `FAILED: ${failed.join(', ')}` : 'all passed';
console.log(`\nbrowser ${bench ? 'benches' : 'tests'}: ${files.length} files in ${seconds} s, ${verdict}`);
process.exit(failed.length ? 1 : 0);
