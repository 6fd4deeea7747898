import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { webRoot } from '../manifest.mjs';

/** The colours of each theme of tokens.css; what a dark one does not name is as in the light one. */
function themes() {
  const css = readFileSync(`${webRoot}/app/css/tokens.css`, 'utf8');
  const [light, ...dark] = css
    .split(/\n +color-scheme:/)
    .slice(1)
    .map(block =>
      Object.fromEntries(
        [...block.matchAll(/--([\w-]+): (#\w{6});/g)].map(([, name, colour]) => [name, colour]),
      ),
    );
  return [light, ...dark.map(theme => ({ ...light, ...theme }))];
}

/** @param {string} colour */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map(at => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** By WCAG. @param {string} one @param {string} other */
function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** What must differ from what, and by how much. */
const RULES = /** @type {const} */ ([
  [4.5, 'on-accent', ['accent', 'accent-strong']],
  [4.5, 'on-danger', ['danger', 'danger-strong']],
  [4.5, 'text-1', ['page', 'surface', 'surface-2', 'surface-3', 'stage', 'accent-soft']],
  [4.5, 'text-2', ['page', 'surface', 'surface-2']],
  [4.5, 'danger-text', ['surface', 'danger-soft']],
  [4.5, 'warn', ['warn-soft']],
  [
    3,
    'focus',
    ['page', 'surface', 'surface-2', 'surface-3', 'stage', 'accent-soft', 'danger-soft'],
  ],
]);

test('colours are told apart, in every theme', () => {
  const all = themes();
  assert.equal(all.length, 3);
  for (const [theme, colours] of all.entries()) {
    for (const [least, front, grounds] of RULES) {
      for (const ground of grounds) {
        const found = contrast(colours[front], colours[ground]);
        assert.ok(found >= least, `theme ${theme}: ${front} on ${ground} is ${found.toFixed(2)}:1`);
      }
    }
  }
});
