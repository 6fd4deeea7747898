/**
 * Serves the page and speaks `tributary.v1` with made-up participants, to work on the page without
 * the real server: `npm run dev`, then http://127.0.0.1:8090/. Media comes from mock/mixer.js.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';
import { servedFiles, webRoot } from './manifest.mjs';
import { MockRoom } from './mock/room.mjs';

/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain',
};
/** As strict as the real server's. */
const CSP = "default-src 'self'";

const port = Number(process.env.PORT ?? 8090);
const room = new MockRoom();

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://x').pathname.slice(1);
  const file = fileOf(path);
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': types[extname(path) || '.html'] ?? 'application/octet-stream',
    'content-security-policy': CSP,
    'cache-control': 'no-store',
  });
  const body = readFileSync(file, 'utf8');
  const mixer = '<script type="module" src="/mock/mixer.js"></script></head>';
  response.end(file.endsWith('.html') ? body.replace('</head>', mixer) : body);
});

/** @param {string} path */
function fileOf(path) {
  if (path === 'mock/mixer.js') return join(webRoot, 'test', path);
  if (path === '' || path.startsWith('r/')) return servedFiles().get('index.html');
  return servedFiles().get(path);
}

const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket, request) => {
  if (request.url === '/mock') room.setMixer(socket);
  else room.setClient(socket);
});

server.listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${port}/ (stop with Ctrl+C)`);
});
