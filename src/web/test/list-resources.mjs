/** Writes web.gresource.xml: every file of app/ and sdk/, and the vendored modules. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webRoot } from './manifest.mjs';

const VENDORED = [
  ['vendor/preact.js', 'node_modules/preact/dist/preact.mjs'],
  ['vendor/htm.js', 'node_modules/htm/dist/htm.module.js'],
  ['vendor/signals.js', 'node_modules/@preact/signals-core/dist/signals-core.mjs'],
];
const RENAMED = new Map([
  ['app/index.html', 'index.html'],
  ['app/favicon.svg', 'favicon.svg'],
  ['app/recordings.html', 'recordings.html'],
]);

/** @param {string} folder */
function filesIn(folder) {
  const entries = readdirSync(join(webRoot, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(webRoot.length + 1))
    .sort();
}

export function gresource() {
  const own = [...filesIn('app'), ...filesIn('sdk')].map(path => [RENAMED.get(path) ?? path, path]);
  const files = [...own, ...VENDORED, ['THIRD_PARTY.md', 'THIRD_PARTY.md']];
  const lines = files.map(
    ([alias, path]) => `    <file compressed="true" alias="${alias}">${path}</file>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Served path and file. Made by \`npm run resources\`; \`npm test\` finds it out of date. -->
<gresources>
  <gresource prefix="/tributary/web">
${lines.join('\n')}
  </gresource>
</gresources>
`;
}

if (process.argv[1]?.endsWith('list-resources.mjs')) {
  writeFileSync(join(webRoot, 'web.gresource.xml'), gresource());
}
