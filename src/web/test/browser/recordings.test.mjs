/** The page of recordings, whose API the test plays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, timeout } from './support.mjs';

const scene = new Scene();

const film = number => ({
  recordingId: `r${number}`,
  room: 'demo',
  status: 'complete',
  container: 'mp4',
  startedAt: new Date(Date.UTC(2026, 0, 1, 9, number)).toISOString(),
  duration: 60,
  size: 1000,
  files: [{ filename: 'film.mp4', duration: 60, size: 1000 }],
  error: null,
});

test('Play, far down in the list, brings the player into view and the keys to it', {
  timeout,
}, async () => {
  const { page, site } = scene;
  const recordings = Array.from({ length: 60 }, (_, number) => film(number));
  await page.route('**/v1/**', route => {
    const isList = /\/recordings$/.test(route.request().url());
    return route.fulfill(isList ? { json: { recordings } } : { json: {} });
  });
  await page.goto(`${site.url}/recordings.html`);
  for (const which of ['last', 'first']) {
    await page.getByRole('button', { name: 'Play of demo' })[which]().click();
    await page.waitForFunction(() => document.activeElement?.tagName === 'VIDEO');
    const { top, bottom } = await page
      .locator('video')
      .evaluate(video => video.getBoundingClientRect());
    const height = await page.evaluate(() => innerHeight);
    assert.ok(top >= 0 && bottom <= height, `it is from ${top} to ${bottom} of ${height}`);
  }
});
