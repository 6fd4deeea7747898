import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';
import { servedFiles, webRoot } from '../manifest.mjs';
import { MockRoom } from './room.mjs';

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

/**
 * Serves the page and speaks `tributary.v1` for a MockRoom.
 *
 * @param {number} port  0 for any
 */
export async function serve(port) {
  const room = new MockRoom();
  const server = createServer(answer);
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    if (request.url === '/mock') room.setMixer(socket);
    else room.setClient(socket);
  });
  await new Promise(resolve => {
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const { port: chosen } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  };
  return { url: `http://127.0.0.1:${chosen}`, room, close };
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
function answer(request, response) {
  const asked = new URL(request.url ?? '/', 'http://x').pathname.slice(1);
  const path = asked === '' || asked.startsWith('r/') ? 'index.html' : asked;
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
}

/** @param {string} path */
function fileOf(path) {
  if (path === 'mock/mixer.js') return join(webRoot, 'test', path);
  return servedFiles().get(path);
}
