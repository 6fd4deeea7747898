/** The page in a real Chromium, in a room of the mock server's: what each file of tests begins with. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { chromium } from 'playwright-core';
import { serve } from '../mock/server.mjs';

const ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-device-for-media-stream=device-count=2',
  '--use-fake-ui-for-media-stream',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Of a test; waiting inside one gives up before, so as to say what it waited for. */
export const timeout = 120_000;
const patience = 90_000;

/** A fresh page and server for every test; a test whose page reported an error has failed. */
export class Scene {
  /** @type {import('playwright-core').Page} */
  page;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  site;
  #browser;
  /** @type {string[]} */
  #problems = [];

  constructor() {
    before(async () => {
      this.#browser = await chromium.launch({ executablePath, args: ARGS });
    });
    after(() => this.#browser?.close());
    beforeEach(() => this.#open());
    afterEach(async () => {
      await this.page.close();
      this.site.close();
      assert.deepEqual(this.#problems, []);
    });
  }

  async #open() {
    this.site = await serve(0);
    this.page = await this.#browser.newPage();
    this.page.setDefaultTimeout(patience);
    this.#problems = [];
    this.page.on('pageerror', error => this.#problems.push(error.message));
    this.page.on('console', message => {
      if (message.type() === 'error') this.#problems.push(message.text());
    });
  }

  async join(query = '') {
    await this.page.goto(`${this.site.url}/r/demo?name=Ada&autojoin=1${query}`);
    await this.stateIs('connected');
  }

  /** Waits for the state; the page's own record of states (watchStates) tells what happened between. */
  stateIs(state) {
    return this.page.waitForFunction(wanted => window.tributary.room.state === wanted, state);
  }

  async watchStates() {
    await this.page.evaluate(() => {
      window.states = [];
      window.tributary.room.on('stateChanged', ({ state }) => window.states.push(state));
    });
  }

  cameBack() {
    return this.page.waitForFunction(() => window.states.join() === 'reconnecting,connected');
  }

  /** How many messages of that type the client has sent. */
  count(type) {
    return this.site.room.log.filter(message => message.type === type).length;
  }
}
