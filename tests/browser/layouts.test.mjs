/** The layout menu, the spotlight and the tiles to point at, with the pictures that people look at in out/. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gather, setUp } from './support/call.mjs';
import { isColour } from './support/person.mjs';
import { until } from './support/until.mjs';

const out = join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });
const timeout = 240_000;

const area = ({ tile }) => tile.width * tile.height;
const choose = async (person, label) => {
  await person.page.getByRole('button', { name: 'More', exact: true }).click();
  await person.page.locator('.layout-choice').getByRole('button', { name: label, exact: true }).click();
};

/** In the picture itself: that person's colour fills the largest tile of that layout. */
const isLarge = (viewer, who, layout) =>
  until(
    `${viewer.name} to see ${who.name} large in ${layout}`,
    async () => {
      if ((await viewer.evaluate(() => window.tributary.room.layout.layout)) !== layout) return false;
      const [large, next] = (await viewer.see()).sort((a, b) => area(b) - area(a));
      const alone = !next || area(large) > 2 * area(next);
      return alone && large.name === who.name && isColour(large.colour, who.who.colour);
    },
    { explain: () => viewer.see() },
  );

test('layouts from the menu and spotlights from people and tiles are in the picture', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  const people = await gather(await chromium(), 3, { silent: true });
  const [ada, ben, cleo] = people;
  for (const person of people) await person.join(server, 'demo');
  await ben.sees(people);

  await ada.page.getByRole('button', { name: 'Participants' }).click();
  await ada.page.getByRole('button', { name: 'Options for Cleo' }).click();
  await ada.page.getByRole('button', { name: 'Put in the spotlight' }).click();
  for (const viewer of [ada, ben]) await isLarge(viewer, cleo, 'speaker');
  await ada.page.getByText('in the spotlight').waitFor();
  await ada.page.getByRole('button', { name: 'Close participants' }).click();

  await choose(ada, 'Sidebar');
  for (const viewer of [ada, ben]) await isLarge(viewer, cleo, 'sidebar');

  // By keyboard alone, on the tile.
  const tile = ada.page.locator('.tiles li', { hasText: 'Ben' }).locator('.tile-face');
  await tile.focus();
  await ada.page.keyboard.press('Enter');
  await ada.page.keyboard.press('Enter');
  for (const viewer of [ada, cleo]) await isLarge(viewer, ben, 'sidebar');

  await choose(ada, 'One person');
  await isLarge(cleo, ben, 'single-speaker');
  await choose(ada, 'Grid');
  await cleo.sees(people);
  for (const { name, problems } of people) assert.deepEqual(problems, [], `${name}'s console`);
});

const FACES = [
  { name: 'Amara Okafor', colour: [196, 178, 150], skin: '#8d5a3b', hair: '#1d1512', style: 0, tone: 440 },
  { name: 'Jonas Lind', colour: [120, 150, 165], skin: '#e8bfa0', hair: '#7b4a21', style: 1, tone: 620 },
  { name: 'Mei Tanaka', colour: [170, 190, 160], skin: '#f0cda6', hair: '#15131a', style: 2, tone: 790 },
];

test('a shared screen, menus and a phone, for the pictures', { timeout }, async t => {
  const { server, chromium } = await setUp(t);
  const browser = await chromium();
  const people = [];
  const looks = [
    { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
    { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
    { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme: 'dark' },
  ];
  for (const [index, face] of FACES.entries()) {
    const who = { width: 480, height: 270, fps: 15, look: 'face', silent: true, screen: 1600, ...face };
    people.push(await browser.newPerson(who, looks[index]));
  }
  for (const person of people) await person.join(server, 'design-review');
  const [amara, jonas, phone] = people;
  await jonas.page.getByRole('button', { name: 'Share your screen' }).click();
  for (const person of [amara, phone]) {
    await until(`${person.name} to read it`, async () => {
      const seen = await person.evaluate(() => window.probe.seeScreen(1600));
      return seen?.psnr > 20;
    }, { timeout: 60_000, explain: () => person.evaluate(() => window.probe.seeScreen(1600)) });
  }
  for (const person of people) {
    await person.until('the toasts to go', () => document.querySelectorAll('.toast').length === 0);
  }
  const shot = (person, name) => person.page.screenshot({ path: join(out, `${name}.png`) });
  await shot(amara, 'screen');
  await shot(jonas, 'screen-sharer');
  await shot(phone, 'screen-phone');
  await amara.page.getByRole('button', { name: 'More', exact: true }).click();
  await shot(amara, 'layout-menu');
  await amara.page.keyboard.press('Escape');
  await amara.page.locator('.tiles li', { hasText: 'Mei' }).locator('.tile-face').click();
  await shot(amara, 'tile-menu');
  await amara.page.getByRole('button', { name: 'Put in the spotlight' }).click();
  await phone.page.locator('.tiles li', { hasText: 'Jonas' }).first().locator('.tile-face').click();
  await shot(phone, 'tile-menu-phone');
  await phone.page.keyboard.press('Escape');
  await jonas.evaluate(() => window.tributary.room.stopScreen());
  await amara.page.getByRole('button', { name: 'More', exact: true }).click();
  await shot(amara, 'layout-menu-grid');
  for (const person of people) {
    const overflow = await person.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${person.name}'s page is ${overflow} pixels too wide`);
    assert.deepEqual(person.problems, [], `${person.name}'s console`);
  }
});
