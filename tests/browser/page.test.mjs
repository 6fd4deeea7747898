/** The call page as its users meet it, against the real server. Pictures go to out/. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gather, report, setUp } from './support/call.mjs';
import { FACES } from './support/faces.mjs';
import { isColour, PEOPLE } from './support/person.mjs';
import { until } from './support/until.mjs';

const out = join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });
const timeout = 180_000;

async function assertClean(people) {
  for (const person of people) {
    assert.deepEqual(person.problems, [], `${person.name}'s console`);
    assert.deepEqual(await person.evaluate(() => window.probe.violations), [], `${person.name}'s content policy`);
  }
}

/** Every control has a name, the page a language and one main heading. */
async function assertAccessible(person, where) {
  const faults = await person.evaluate(() => {
    const nameOf = element =>
      element.getAttribute('aria-label') ||
      [...(element.labels ?? [])].map(label => label.innerText).join(' ') ||
      element.innerText ||
      element.title;
    const found = [];
    for (const control of document.querySelectorAll('button, a[href], input, select, textarea, [role=button]')) {
      if (!nameOf(control)?.trim()) found.push(`no name: ${control.outerHTML.slice(0, 120)}`);
    }
    for (const picture of document.querySelectorAll('img:not([alt])')) found.push(`no alt: ${picture.src}`);
    if (!document.documentElement.lang) found.push('no language');
    if (document.querySelectorAll('h1').length !== 1) found.push(`${document.querySelectorAll('h1').length} main headings`);
    if (!document.title) found.push('no title');
    return found;
  });
  assert.deepEqual(faults, [], where);
}

test('from the form to the call, mute, camera, chat, people, shortcuts, and out', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  const [ada, ben] = await gather(await chromium(), 2);
  const { page } = ada;
  await ben.join(server, 'kitchen');

  await page.goto(`${server.url}/r/kitchen`);
  await assertAccessible(ada, 'the form');
  await page.getByLabel('Your name').fill('Ada');
  await page.screenshot({ path: join(out, 'prejoin.png') });
  await page.getByRole('button', { name: 'Join the call' }).click();
  await ada.connected();
  await ada.sees([ada, ben]);
  await ben.sees([ada, ben]);
  await assertAccessible(ada, 'the call');

  await page.getByRole('button', { name: 'Turn the microphone off' }).click();
  const tileOfAda = ben.page.locator('.tiles li', { hasText: 'Ada' });
  await until('a muted microphone', async () => /microphone off/.test(await tileOfAda.innerText()));
  await page.keyboard.press('m');
  await until('an open microphone', async () => !/microphone off/.test(await tileOfAda.innerText()));

  await page.keyboard.press('v');
  await until('Ada to be a name card', async () => {
    const tile = (await ben.see()).find(({ name }) => name === 'Ada');
    return tile && tile.age === null && !isColour(tile.colour, ada.who.colour);
  });
  assert.match(await tileOfAda.innerText(), /camera off/);
  await ben.page.screenshot({ path: join(out, 'name-card.png') });
  await page.getByRole('button', { name: 'Turn the camera on' }).click();
  await ben.sees([ada, ben]);

  await page.keyboard.press('h');
  await until('a raised hand', async () => /hand raised/.test(await tileOfAda.innerText()));

  await page.keyboard.press('c');
  await page.getByLabel('Message to everybody').fill('Is there <b>soup</b>?');
  await page.keyboard.press('Enter');
  await ben.page.getByRole('button', { name: 'Chat, 1 unread' }).click();
  await ben.page.getByText('Is there <b>soup</b>?').last().waitFor();
  await assertAccessible(ben, 'the chat');
  await ben.page.getByRole('button', { name: 'Close chat' }).click();

  await ben.page.getByRole('button', { name: 'Participants' }).click();
  const rows = ben.page.locator('.people .person');
  await until('two participants', async () => (await rows.count()) === 2);
  await rows.filter({ hasText: 'Ada' }).getByRole('img', { name: 'Hand raised' }).waitFor();
  await ben.page.screenshot({ path: join(out, 'people.png') });

  await page.getByRole('button', { name: 'Leave the call' }).click();
  await page.getByRole('button', { name: 'Join again' }).waitFor();
  await assertAccessible(ada, 'the goodbye');
  await until('one participant', async () => (await rows.count()) === 1);
  await ben.sees([ben]);

  await page.getByRole('button', { name: 'Join again' }).click();
  await ada.until('to be back', () => window.tributary.room.state === 'connected');
  await ben.sees([ada, ben]);
  await assertClean([ada, ben]);
});

test('colours come out as they went in', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  const people = await gather(await chromium(), 2);
  for (const person of people) await person.join(server, 'demo');
  const tiles = await people[0].sees(people);
  for (const { name, colour } of tiles) {
    const { who } = people.find(person => person.name === name);
    const error = Math.hypot(...colour.map((part, index) => part - who.colour[index]));
    report(t, `${name} sent rgb(${who.colour}), the mix shows rgb(${colour}): off by ${error.toFixed(0)}`);
  }
});

test('a page on a phone, and the light and dark looks', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  const browser = await chromium();
  const [ada] = await gather(browser, 1);
  const phone = await browser.newPerson(
    { ...PEOPLE[1], width: 360, height: 640 },
    { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme: 'dark' },
  );
  await ada.join(server, 'demo');
  await phone.join(server, 'demo');
  await phone.until('two tiles', () => window.probe.see().length === 2);
  const ground = () => phone.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await phone.page.screenshot({ path: join(out, 'phone.png') });
  const dark = await ground();
  await phone.page.emulateMedia({ colorScheme: 'light' });
  assert.notEqual(await ground(), dark);
  await phone.page.screenshot({ path: join(out, 'phone-light.png') });
  const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} pixels wider than the phone`);
  await assertClean([ada, phone]);
});

test('a call of four, for the picture', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  const browser = await chromium();
  const people = [];
  for (const face of FACES) {
    const options = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: 'dark' };
    const who = { width: 640, height: 360, fps: 24, look: 'face', silent: face.style !== 2, ...face };
    people.push(await browser.newPerson(who, options));
  }
  for (const person of people) await person.join(server, 'design-review');
  const [amara, jonas, , rafael] = people;
  await rafael.evaluate(() => window.tributary.room.setMuted('audio', true));
  await jonas.evaluate(() => window.tributary.room.chat('I pushed the new sketches, have a look'));
  await amara.until('four tiles and a speaker', () => {
    const { layout, activeSpeakers } = window.tributary.room;
    return layout.tiles.length === 4 && activeSpeakers.length === 1;
  });
  // A picture for people: the toasts gone, the encoder at full quality.
  await amara.until('the toasts to go', () => document.querySelectorAll('.toast').length === 0);
  await until('every uplink to fill its tile', async () => {
    const stats = await Promise.all(people.map(person => person.stats()));
    return stats.every(({ outbound }) => outbound.video?.width >= 600);
  }, { timeout: 60_000 });
  await amara.page.screenshot({ path: join(out, 'call.png') });
  await assertClean(people);
});
