import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const webRoot = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Served path (without the leading slash) to file, as web.gresource.xml says. */
export function servedFiles() {
  const xml = readFileSync(join(webRoot, 'web.gresource.xml'), 'utf8');
  const entries = xml.matchAll(/<file(?: [^>]*?)? alias="([^"]+)"[^>]*>([^<]+)<\/file>/g);
  return new Map([...entries].map(([, alias, path]) => [alias, join(webRoot, path.trim())]));
}
