/** One page in a call, with the same words for both browsers. */
import { pause, quantile, until } from './until.mjs';

/** Far enough apart to be told from one another after a camera, two encoders and a mix. */
export const PEOPLE = [
  { name: 'Ada', colour: [210, 40, 40], tone: 440 },
  { name: 'Ben', colour: [40, 170, 60], tone: 620 },
  { name: 'Cleo', colour: [50, 70, 220], tone: 790 },
  { name: 'Dan', colour: [215, 195, 40], tone: 1010 },
  { name: 'Eve', colour: [190, 50, 190], tone: 1270 },
  { name: 'Fay', colour: [40, 190, 200], tone: 1530 },
  { name: 'Gus', colour: [235, 130, 30], tone: 1810 },
  { name: 'Hal', colour: [150, 150, 160], tone: 2130 },
].map(who => ({ width: 640, height: 360, fps: 30, ...who }));

const NEAR = 60;

/** @param {number[]} one @param {number[]} other */
export function isColour(one, other) {
  return Math.hypot(...one.map((part, index) => part - other[index])) < NEAR;
}

export class Person {
  /** Errors of the page. @type {string[]} */
  problems = [];

  constructor(page, who, kind) {
    this.page = page;
    this.who = who;
    this.kind = kind;
    this.name = who?.name ?? 'Guest';
  }

  evaluate(script, argument) {
    return this.page.evaluate(script, argument);
  }

  /** Waits until `script` returns something true in the page. */
  until(what, script, argument, options = {}) {
    return until(`${what} (${this.name})`, () => this.evaluate(script, argument), options);
  }

  /** Opens the call page, joins by itself, and waits for the first frame of the mix. */
  async join(server, room, { codec, query = '', timeout = 45_000 } = {}) {
    await this.open(server, room, { codec, query });
    await this.connected({ timeout });
  }

  async open(server, room, { codec, query = '' } = {}) {
    const wishes = new URLSearchParams({ name: this.name, autojoin: '1', ...(codec && { codec }) });
    await this.page.goto(`${server.url}/r/${room}?${wishes}${query}`, { timeout: 60_000 });
  }

  connected(options = {}) {
    return this.until(
      'the mix',
      () => window.tributary?.room.state === 'connected' && window.probe.join.shown > 0,
      undefined,
      {
        timeout: 45_000,
        ...options,
        explain: () =>
          this.evaluate(() => ({
            state: window.tributary?.room.state,
            join: window.probe?.join,
            ice: window.tributary?.room.connection?.iceConnectionState,
            text: document.body.innerText.slice(0, 300),
          })),
      },
    );
  }

  /** @returns {Promise<{ name: string, identity: string, colour: number[], age: number | null, tile: object }[]>} */
  see() {
    return this.evaluate(() => window.probe.see());
  }

  /** Waits until these people, and nobody else, are in the mix in their colours at their places. */
  sees(people, { timeout = 30_000 } = {}) {
    const names = people.map(({ name }) => name).sort();
    return until(
      `${this.name} to see ${names.join(', ')}`,
      async () => {
        const tiles = await this.see();
        const right = tiles.every(({ name, colour }) => {
          const person = people.find(who => who.name === name);
          return person && isColour(colour, person.who.colour);
        });
        const found = tiles.map(({ name }) => name).sort();
        return right && found.join() === names.join() && tiles;
      },
      { timeout, explain: () => this.see() },
    );
  }

  /** What the mix did over that time: frames, gaps and, with `tiles`, the clocks painted in. */
  async watch(milliseconds, options = {}) {
    await this.startWatch(options);
    await pause(milliseconds);
    return this.stopWatch();
  }

  startWatch(options = {}) {
    return this.evaluate(wishes => {
      window.testWatch = window.probe.watch(wishes);
    }, options);
  }

  stopWatch() {
    return this.evaluate(() => window.testWatch.stop());
  }

  /**
   * The levels of these frequencies in dB over that time, by many short looks: `typical`, and `least`, which
   * tells what is really absent: a click of a busy machine is in every frequency, but not in every look.
   */
  async hear(frequencies, milliseconds = 3000) {
    await this.evaluate(list => window.probe.hear(list), frequencies);
    await pause(500);
    const looks = [];
    for (const until = performance.now() + milliseconds; performance.now() < until; ) {
      looks.push(await this.evaluate(list => window.probe.hear(list), frequencies));
      await pause(150);
    }
    const levels = share => frequencies.map((_, index) => quantile(looks.map(look => look[index]), share));
    return { typical: levels(0.5), least: levels(0.1) };
  }

  talk(on) {
    return this.evaluate(wanted => window.testSource.talk(wanted), on);
  }

  stats() {
    return this.evaluate(() => window.tributary.room.stats());
  }

  leave() {
    return this.evaluate(() => window.tributary.room.leave());
  }
}
