/** What the page's controls do and its looks, in a real Chromium against the mock server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, timeout } from './support.mjs';

const scene = new Scene();

/** Of a computed colour, by WCAG: 0 is black, 1 is white. */
function luminance(colour) {
  const [r, g, b] = colour.match(/\d+/g).map(part => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The page's ground and text, and how far they are apart: 4.5 is enough to read. */
async function look() {
  const [ground, text] = await scene.page.evaluate(() => {
    const { backgroundColor, color } = getComputedStyle(document.body);
    return [backgroundColor, color];
  });
  const [dark, light] = [luminance(ground), luminance(text)].sort((a, b) => a - b);
  return { ground: luminance(ground), contrast: (light + 0.05) / (dark + 0.05) };
}

async function assertLook(name, isRight) {
  const { ground, contrast } = await look();
  assert.ok(isRight(ground), `${name}: the ground's luminance is ${ground.toFixed(2)}`);
  assert.ok(contrast >= 4.5, `${name}: a contrast of ${contrast.toFixed(1)}`);
}

const light = ground => ground > 0.7;
const dark = ground => ground < 0.05;

test('light and dark: as the system has it, or as chosen', { timeout }, async () => {
  const { page } = scene;
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(scene.site.url);
  await assertLook('a light system', light);
  await page.emulateMedia({ colorScheme: 'dark' });
  await assertLook('a dark system', dark);
  await page.getByRole('button', { name: 'Use light colours' }).click();
  await assertLook('light chosen on a dark system', light);
  await page.reload();
  await assertLook('the choice is remembered', light);
  await page.getByRole('button', { name: 'Use dark colours' }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  await assertLook('dark chosen on a light system', dark);
});

test('a banner tells of the reconnection, as long as it lasts', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
  const banner = page.getByRole('status').filter({ hasText: 'Reconnecting…' });
  assert.equal(await banner.count(), 0);
  await scene.watchStates();
  const shown = banner.waitFor();
  site.room.hangUp();
  site.room.tell({ type: 'leave', reason: 'roomFailed', action: 'reconnect', retryAfter: 2 });
  await shown;
  await scene.cameBack();
  await banner.waitFor({ state: 'detached' });
});

test('the connection button opens its figures', { timeout }, async () => {
  const { page } = scene;
  await scene.join();
  const button = page.getByRole('button', { name: 'Connection: ' });
  await button.click();
  const figures = page.locator('.quality');
  await figures.getByText('Round trip').waitFor();
  const picture = figures.locator('div', { hasText: 'Picture' }).locator('dd');
  assert.match(await picture.textContent(), /^\d+×\d+, \d+ fps$/);
  await page.keyboard.press('Escape');
  await figures.waitFor({ state: 'detached' });
});

/** What each key does in a call, and how one sees that it did. */
const KEYS = {
  p: page => page.getByRole('complementary', { name: 'Participants' }),
  s: page => page.locator('.self-view'),
  d: page => page.getByRole('status').filter({ hasText: 'You are sharing your screen' }),
};

test('keys do what the help says', { timeout }, async () => {
  const { page } = scene;
  await scene.join();
  for (const [key, find] of Object.entries(KEYS)) {
    const thing = find(page);
    const was = await thing.isVisible();
    for (const state of was ? ['hidden', 'visible'] : ['visible', 'hidden']) {
      await page.keyboard.press(key);
      await thing.waitFor({ state });
    }
  }
  for (const full of [true, false]) {
    await page.keyboard.press('f');
    await page.waitForFunction(wanted => Boolean(document.fullscreenElement) === wanted, full);
  }
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await help.waitFor();
  const keys = await help.locator('kbd').allTextContents();
  assert.deepEqual(keys, ['M', 'V', 'D', 'H', 'C', 'P', 'S', 'F', '?']);
  await page.keyboard.press('p');
  await help.getByRole('checkbox').uncheck();
  await help.getByRole('button', { name: 'Close' }).click();
  await help.waitFor({ state: 'detached' });
  await page.keyboard.press('p');
  await page.keyboard.press('?');
  assert.equal(
    (await KEYS.p(page).count()) + (await help.count()),
    0,
    'keys switched off act no more',
  );
});

test('the focus returns from panels and dialogs to what opened them', { timeout }, async () => {
  const { page } = scene;
  await scene.join();
  const focused = label =>
    page.waitForFunction(
      wanted => document.activeElement?.getAttribute('aria-label')?.startsWith(wanted),
      label,
    );
  const chat = page.getByRole('complementary', { name: 'Chat' });
  for (const close of [
    () => page.keyboard.press('Escape'),
    () => page.getByRole('button', { name: 'Close chat' }).click(),
  ]) {
    await page.getByRole('button', { name: /^Chat/ }).click();
    await focused('Message to everybody');
    await close();
    await chat.waitFor({ state: 'detached' });
    await focused('Chat');
  }

  await page.keyboard.press('p');
  const people = page.getByRole('complementary', { name: 'Participants' });
  await people.waitFor();
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const close of [
    () => page.keyboard.press('Escape'),
    () => help.getByRole('button', { name: 'Close' }).click(),
  ]) {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await help.waitFor();
    await close();
    await help.waitFor({ state: 'detached' });
    await focused('More');
    assert.ok(await people.isVisible(), 'the key was the dialog’s');
  }
  await page.keyboard.press('Escape');
  await people.waitFor({ state: 'detached' });
});

test('sound only covers the picture, and says so', { timeout }, async () => {
  const { page, site } = scene;
  await scene.join();
  await page.locator('.tile').first().waitFor();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('button', { name: 'Sound only, to save data' }).click();
  const show = page.getByRole('button', { name: 'Show the picture' });
  await show.waitFor();
  assert.equal(await page.locator('.tile').count(), 0);
  await show.click();
  await page.locator('.tile').first().waitFor();
  assert.equal(await show.count(), 0);
  const wishes = site.room.log.filter(({ type }) => type === 'quality');
  assert.deepEqual(
    wishes.map(({ audioOnly }) => audioOnly),
    [true, false],
  );
});

test('the meter moves with the microphone, and another device can be chosen', {
  timeout,
}, async () => {
  const { page } = scene;
  await page.goto(scene.site.url);
  const level = wanted =>
    page.waitForFunction(
      loud => document.querySelector('.mic-meter').dataset.level > 3 === loud,
      wanted,
      { polling: 20 },
    );
  // Chromium's fake microphone beeps once a second.
  await level(true);
  await level(false);
  await level(true);

  const used = kind =>
    page.evaluate(
      wanted => window.tributary.app.devices.media[`${wanted}Track`]?.getSettings().deviceId,
      kind,
    );
  for (const [kind, label] of [
    ['audio', 'Microphone'],
    ['video', 'Camera'],
  ]) {
    const select = page.getByLabel(label, { exact: true });
    const before = await used(kind);
    const choices = await select
      .locator('option')
      .evaluateAll(options => options.map(option => option.value));
    const other = choices.find(value => !['default', 'none', before].includes(value));
    assert.ok(other, `a second ${kind} device among ${choices}`);
    await select.selectOption(other);
    await page.waitForFunction(
      ([wanted, id]) =>
        window.tributary.app.devices.media[`${wanted}Track`]?.getSettings().deviceId === id,
      [kind, other],
    );
  }
});
