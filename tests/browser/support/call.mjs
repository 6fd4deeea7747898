/** What most tests begin with: a server, browsers, people in a room; and the certain end of all of them. */
import { launchChromium, launchFirefox } from './browsers.mjs';
import { watchMachine } from './machine.mjs';
import { PEOPLE } from './person.mjs';
import { startServer } from './server.mjs';

/**
 * @param {import('node:test').TestContext} t
 * @param {{ config?: object, profile?: object }} [options]
 */
export async function setUp(t, options) {
  const server = await startServer(options);
  const machine = watchMachine();
  const browsers = [];
  t.after(async () => {
    try {
      await Promise.allSettled(browsers.map(browser => browser.close()));
    } finally {
      await server.stop();
      report(t, machine.toString());
      await machine.stop();
    }
  });
  const launch = async starting => {
    const browser = await starting;
    browsers.push(browser);
    return browser;
  };
  return {
    server,
    machine,
    chromium: options => launch(launchChromium(options)),
    firefox: tone => launch(launchFirefox(tone)),
  };
}

/** As many people of PEOPLE as wanted, from `first` on, on pages of that browser; not yet joined. */
export async function gather(browser, count, { first = 0, ...changes } = {}) {
  const people = [];
  for (const who of PEOPLE.slice(first, first + count)) {
    people.push(await browser.newPerson({ ...who, ...changes }));
  }
  return people;
}

/** A figure for the reader, beside what is asserted. */
export function report(t, text) {
  t.diagnostic(text);
  if (process.env.TRIBUTARY_FIGURES) console.log(`FIGURE ${t.name}: ${text}`);
}
