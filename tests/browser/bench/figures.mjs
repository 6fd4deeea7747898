/** Benches run like tests do, but only report. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { launchChromium, launchFirefox } from '../support/browsers.mjs';
import { startServer } from '../support/server.mjs';
import { quantile } from '../support/until.mjs';

const TICKS = 100;

/** Runs `work` with a server and a way to launch browsers, and cleans up whatever happens. */
export async function bench(name, options, work) {
  console.log(`${name}: ${cpus().length} cores of ${cpus()[0].model}, load ${loadavg().map(load => load.toFixed(1)).join(' ')}`);
  const server = await startServer(options);
  const browsers = [];
  const launch = async starting => {
    browsers.push(await starting);
    return browsers.at(-1);
  };
  try {
    await work({ server, chromium: () => launch(launchChromium()), firefox: () => launch(launchFirefox()) });
  } finally {
    await Promise.allSettled(browsers.map(browser => browser.close()));
    await server.stop();
  }
  console.log(`load at the end ${loadavg().map(load => load.toFixed(1)).join(' ')}`);
}

/** @param {number[]} values */
export function spread(values) {
  const at = share => quantile(values, share).toFixed(0);
  return `median ${at(0.5)} ms, p95 ${at(0.95)}, worst ${Math.max(...values).toFixed(0)} of ${values.length}`;
}

/** Seconds of CPU that a process has used. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export function memory(pid) {
  const megabytes = (file, key) =>
    Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))[1]) / 1024;
  return { rss: megabytes('status', 'VmRSS'), pss: megabytes('smaps_rollup', 'Pss') };
}
