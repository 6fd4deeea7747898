/** A bad network between a page and the server: UDP through a relay that loses, delays and limits. */
import { createSocket } from 'node:dgram';

const UDP_HEADERS = 28; // IPv4 and UDP take up the link too
const LONGEST_QUEUE = 300; // ms that a link's buffer holds

/** One socket; resolves to it once it is bound. Browsers send nothing to loopback from the addresses they offer. */
function bound() {
  const socket = createSocket('udp4');
  return new Promise(resolve => socket.bind(0, () => resolve(socket)));
}

/**
 * The page's way to the server and back, by way of the server's candidates in the WebSocket's messages.
 *
 * `conditions` may be changed at any time: `loss` (0 … 1), `delay` and `jitter` (ms, up to so much more),
 * `kbits` (0: no limit); each way. `lateVideo`: ms by which the page's pictures are later than its sound; for the
 * page not to take that for congestion, it does not offer to be told of what arrives when.
 */
export async function relayFor(page, conditions = {}) {
  const relay = new Relay(await bound(), await bound(), conditions);
  await page.routeWebSocket(/\/v1\/ws$/, socket => {
    const server = socket.connectToServer();
    socket.onMessage(text => {
      const message = relay.fromPage(JSON.parse(text));
      if (message) server.send(JSON.stringify(message));
    });
    server.onMessage(text => {
      const message = relay.fromServer(JSON.parse(text));
      if (message) socket.send(JSON.stringify(message));
    });
  });
  return relay;
}

/** Neither transport-wide feedback nor REMB: what the page sends then follows loss alone. */
function withoutArrivalTimes(sdp) {
  return sdp.replace(/^a=(extmap:\d+ \S*transport-wide-cc\S*|rtcp-fb:\S+ (transport-cc|goog-remb))\r\n/gm, '');
}

class Relay {
  /** Packets that went through, were lost by chance, and did not fit into the queue. */
  counters = { forwarded: 0, lost: 0, dropped: 0 };
  #pageSide;
  #serverSide;
  #page = null;
  #server = null;
  #seed = 20261125;
  #videoTypes = new Set();

  constructor(pageSide, serverSide, conditions) {
    this.conditions = { loss: 0, delay: 0, jitter: 0, kbits: 0, lateVideo: 0, ...conditions };
    this.#pageSide = pageSide;
    this.#serverSide = serverSide;
    const up = { freeAt: 0 };
    const down = { freeAt: 0 };
    pageSide.on('message', (packet, from) => {
      this.#page = from;
      if (this.#server) this.#forward(packet, up, serverSide, this.#server, this.#isVideo(packet) ? this.conditions.lateVideo : 0);
    });
    serverSide.on('message', packet => {
      if (this.#page) this.#forward(packet, down, pageSide, this.#page);
    });
  }

  /** The page's own candidates would go round the relay: the server learns of the relay by its packets. */
  fromPage(message) {
    if (message.type === 'candidate' && message.candidate) return null;
    if (message.type !== 'offer') return message;
    const [, types] = message.sdp.match(/^m=video \d+ \S+ (.*)$/m) ?? [];
    this.#videoTypes = new Set(types?.trim().split(' ').map(Number));
    const sdp = message.sdp.replace(/^a=candidate:.*\r\n/gm, '');
    return { ...message, sdp: this.conditions.lateVideo > 0 ? withoutArrivalTimes(sdp) : sdp };
  }

  /** Only the first UDP candidate on IPv4, as the relay's. */
  fromServer(message) {
    if (message.type !== 'candidate' || !message.candidate) return message;
    const words = message.candidate.split(' ');
    const usable = words[2]?.toLowerCase() === 'udp' && /^[\d.]+$/.test(words[4]);
    if (!usable || (this.#server && this.#server.address !== words[4])) return null;
    this.#server = { address: words[4], port: Number(words[5]) };
    words[5] = String(this.#pageSide.address().port);
    return { ...message, candidate: words.join(' ') };
  }

  close() {
    for (const socket of [this.#pageSide, this.#serverSide]) socket.close();
    this.#page = this.#server = null;
  }

  /** The same numbers in each run. */
  #chance() {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  /** RTP (RFC 7983), of a payload type of the page's first video line. */
  #isVideo(packet) {
    return packet[0] >= 128 && packet[0] < 192 && this.#videoTypes.has(packet[1] & 127);
  }

  #forward(packet, way, out, { address, port }, later = 0) {
    const { loss, delay, jitter, kbits } = this.conditions;
    if (this.#chance() < loss) {
      this.counters.lost += 1;
      return;
    }
    const now = performance.now();
    let at = now;
    if (kbits > 0) {
      way.freeAt = Math.max(way.freeAt, now);
      if (way.freeAt - now > LONGEST_QUEUE) {
        this.counters.dropped += 1;
        return;
      }
      way.freeAt += ((packet.length + UDP_HEADERS) * 8) / kbits;
      at = way.freeAt;
    }
    const wait = at - now + delay + later + jitter * this.#chance();
    const send = () => {
      if (!this.#page) return;
      this.counters.forwarded += 1;
      out.send(packet, port, address);
    };
    if (wait < 1) send();
    else setTimeout(send, wait);
  }
}
