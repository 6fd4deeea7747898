/** Chromium by playwright-core, Firefox by puppeteer-core; in each, people on the call page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Person } from './person.mjs';
import { until } from './until.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page behind another one is a person too.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];
const FIREFOX_PREFERENCES = {
  'media.navigator.permission.disabled': true,
  'media.navigator.streams.fake': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // Loopback is the only network here.
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

const pageScripts = ['pattern', 'faces', 'slide', 'source', 'probe'].map(name =>
  readFileSync(join(import.meta.dirname, `page/${name}.js`), 'utf8'),
);

/** @param {object} who  as support/page/source.js reads it; null for the browser's own devices */
function initScript(who) {
  return [`window.testPerson = ${JSON.stringify(who)};`, ...pageScripts].join('\n');
}

export async function launchChromium({ args = [] } = {}) {
  const server = await chromium.launchServer({
    executablePath: CHROMIUM,
    args: [...CHROMIUM_FLAGS, ...args],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return {
    kind: 'chromium',
    pid: server.process().pid,

    /** @param {object} who @param {object} [options] of playwright's context */
    async newPerson(who, options = {}) {
      const context = await browser.newContext({
        viewport: { width: 960, height: 640 },
        ...options,
      });
      await context.addInitScript(initScript(who));
      const page = await context.newPage();
      const person = new Person(page, who, 'chromium');
      page.on('pageerror', error => person.problems.push(String(error)));
      page.on('console', message => {
        if (message.type() === 'error') person.problems.push(message.text());
      });
      person.closePage = () => context.close();
      return person;
    },

    /** The whole browser at once, without a goodbye. */
    async kill() {
      // Every process of it: what is left of a browser whose head alone is cut off still closes its sockets.
      process.kill(-server.process().pid, 'SIGKILL');
      await until('chromium to be gone', () => server.process().exitCode !== null || server.process().signalCode);
    },

    async close() {
      await browser.close().catch(() => {});
      await server.close();
    },
  };
}

/** @param {number} tone  of its microphone, for whoever sits at it */
export async function launchFirefox(tone = 1000) {
  process.env.PUPPETEER_SKIP_DOWNLOAD = '1';
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    extraPrefsFirefox: { ...FIREFOX_PREFERENCES, 'media.navigator.audio.fake_frequency': tone },
    timeout: 90_000,
    protocolTimeout: 120_000,
  });
  return {
    kind: 'firefox',
    pid: browser.process().pid,

    async newPerson(wishes) {
      const who = wishes && { ...wishes, tone, hums: true };
      const page = await browser.newPage();
      await page.setViewport({ width: 960, height: 640 });
      await page.evaluateOnNewDocument(initScript(who));
      const person = new Person(page, who, 'firefox');
      page.on('pageerror', error => person.problems.push(String(error)));
      person.closePage = () => page.close();
      return person;
    },

    async close() {
      await browser.close();
    },
  };
}
