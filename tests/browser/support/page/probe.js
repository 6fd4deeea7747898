/** In the page: what the mix shows and sounds like. `window.probe`; times are Date.now()'s. */
(() => {
  const { pattern } = window.testTools;
  const SOURCE_RATIO = 16 / 9;
  const scratch = document.createElement('canvas');
  const pen = () => scratch.getContext('2d', { willReadFrequently: true });

  const room = () => window.tributary.room;
  const video = () => document.querySelector('.stage video');

  /** Where (x, y) of a person's camera (0 to 1) lies in the mix, given that the tile crops it. */
  function placeIn(tile, picture, x, y) {
    const width = tile.width * picture.videoWidth;
    const height = tile.height * picture.videoHeight;
    const scale = Math.max(width, height * SOURCE_RATIO);
    return {
      x: tile.left * picture.videoWidth + width / 2 + (x - 0.5) * scale,
      y: tile.top * picture.videoHeight + height / 2 + (y - 0.5) * (scale / SOURCE_RATIO),
    };
  }

  /** Every tile's area with clock and colour, drawn small: cell centres are what counts. */
  function look(picture, tiles) {
    const CELL = 8;
    const [columns, rows] = [8, 6];
    scratch.width = columns * CELL;
    scratch.height = Math.max(1, tiles.length) * rows * CELL;
    const context = pen();
    const { area } = pattern;
    const cellHeight = area.height / 4;
    tiles.forEach((tile, index) => {
      // Two rows of cells above the clock belong to it: plain colour.
      const from = placeIn(tile, picture, area.left, area.top - 2 * cellHeight);
      const to = placeIn(tile, picture, area.left + area.width, area.top + area.height);
      const top = index * rows * CELL;
      context.drawImage(
        picture, from.x, from.y, to.x - from.x, to.y - from.y, 0, top, scratch.width, rows * CELL,
      );
    });
    const { data } = context.getImageData(0, 0, scratch.width, scratch.height);
    const pixel = (x, y) => {
      const at = (y * scratch.width + x) * 4;
      return [data[at], data[at + 1], data[at + 2]];
    };
    const luma = ([r, g, b]) => 0.3 * r + 0.59 * g + 0.11 * b;
    const at = (tile, row, column) =>
      pixel(column * CELL + CELL / 2, (tile * rows + row) * CELL + CELL / 2);
    return tiles.map((_, tile) => {
      const colour = [2, 3, 5].map(column => at(tile, 0, column)).sort((a, b) => luma(a) - luma(b))[1];
      const bits = Array.from({ length: pattern.count }, (_unused, cell) =>
        luma(at(tile, 2 + Math.floor(cell / 8), cell % 8)) > 128 ? 1 : 0,
      );
      return { colour, bits };
    });
  }

  /** [{ name, identity, colour, age, tile }] of the mix at this moment; age is that of the painted clock. */
  function see() {
    const picture = video();
    if (!picture?.videoWidth) return [];
    const tiles = (room().layout?.tiles ?? []).filter(({ source }) => source === 'camera');
    const now = Date.now();
    return look(picture, tiles).map(({ colour, bits }, index) => ({
      identity: tiles[index].identity,
      name: room().participants.get(tiles[index].identity)?.name ?? '?',
      colour,
      age: pattern.age(bits, now),
      tile: tiles[index],
    }));
  }

  /** The luma of a picture's part, drawn to that size. */
  function lumaOf(draw, width, height) {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    draw(context);
    const { data } = context.getImageData(0, 0, width, height);
    return Float32Array.from({ length: width * height }, (_, at) => 0.299 * data[at * 4] + 0.587 * data[at * 4 + 1] + 0.114 * data[at * 4 + 2]);
  }

  const spread = values => {
    const sorted = Float32Array.from(values).sort();
    return sorted[Math.floor(sorted.length * 0.99)] - sorted[Math.floor(sorted.length * 0.01)];
  };

  /**
   * How the shared slide (`source` pixels wide) comes out, against the same slide scaled in one good step to
   * the size of its tile: `psnr` of the luma in dB over the small text, `contrast` of that text's black and white
   * (1 is all of it), and the colour in the slide's upper left. Null while there is none.
   */
  function seeScreen(source) {
    const picture = video();
    const tile = room().layout?.tiles.find(one => one.source === 'screen');
    if (!picture?.videoWidth || !tile) return null;
    const [width, height] = [tile.width * picture.videoWidth, tile.height * picture.videoHeight];
    const scale = Math.min(width / 16, height / 9);
    const shown = { width: Math.round(scale * 16), height: Math.round(scale * 9) };
    const left = tile.left * picture.videoWidth + (width - shown.width) / 2;
    const top = tile.top * picture.videoHeight + (height - shown.height) / 2;
    const { slideText: text, drawSlide } = window.testTools;
    const part = {
      left: Math.round(text.left * shown.width),
      top: Math.round(text.top * shown.height),
      width: Math.round(text.width * shown.width),
      height: Math.round(text.height * shown.height),
    };
    const original = new OffscreenCanvas(source, Math.round((source * 9) / 16));
    drawSlide(original.getContext('2d'), source);
    const wanted = lumaOf(
      context => context.drawImage(original, -part.left, -part.top, shown.width, shown.height),
      part.width, part.height,
    );
    // Places are whole, even pixels: the nearest counts.
    let best = null;
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        const from = [Math.round(left + part.left) + dx, Math.round(top + part.top) + dy];
        const got = lumaOf(
          context => context.drawImage(picture, ...from, part.width, part.height, 0, 0, part.width, part.height),
          part.width, part.height,
        );
        const error = got.reduce((sum, value, at) => sum + (value - wanted[at]) ** 2, 0) / got.length;
        const psnr = 10 * Math.log10(255 ** 2 / Math.max(error, 1e-3));
        if (!best || psnr > best.psnr) best = { psnr, contrast: spread(got) / spread(wanted) };
      }
    }
    scratch.width = scratch.height = 1;
    const context = pen();
    context.drawImage(picture, left + shown.width * 0.9, top + shown.height * 0.1, 4, 4, 0, 0, 1, 1);
    return { ...best, colour: [...context.getImageData(0, 0, 1, 1).data].slice(0, 3), shown, tile };
  }

  /** The clocks of every tile from the frame's own luma plane: cheap enough for every frame. */
  async function readClocks(picture, tiles) {
    const now = Date.now();
    const frame = new VideoFrame(picture);
    try {
      if (!/^(I420|NV12)/.test(frame.format ?? '')) return see();
      const bytes = new Uint8Array(frame.allocationSize());
      const [{ offset, stride }] = await frame.copyTo(bytes);
      return tiles.map(tile => {
        const bits = Array.from({ length: pattern.count }, (_, index) => {
          const { left, top, width, height } = pattern.cell(index);
          const { x, y } = placeIn(tile, picture, left + width / 2, top + height / 2);
          return bytes[offset + Math.round(y) * stride + Math.round(x)] > 126 ? 1 : 0;
        });
        const name = room().participants.get(tile.identity)?.name ?? tile.identity;
        return { name, age: pattern.age(bits, now), at: now };
      });
    } finally {
      frame.close();
    }
  }

  /** Counts and dates the frames of the mix until stop(); with `tiles`, also each tile's painted clocks. */
  class Watch {
    frames = [];
    tiles = {};
    #on = true;
    #withTiles;
    #reading = false;
    #selector;

    /** `selector`: of another video than the mix, which counts as one tile. */
    constructor({ tiles = false, selector } = {}) {
      this.#withTiles = tiles;
      this.#selector = selector;
      this.#next();
    }

    get #picture() {
      return this.#selector ? document.querySelector(this.#selector) : video();
    }

    #next() {
      const picture = this.#picture;
      if (!this.#on) return;
      if (!picture) setTimeout(() => this.#next(), 50);
      else picture.requestVideoFrameCallback((now, frame) => this.#onFrame(now, frame));
    }

    #onFrame(_now, { presentedFrames, presentationTime, receiveTime, rtpTimestamp }) {
      if (!this.#on) return;
      const at = Date.now();
      this.frames.push({ at, count: presentedFrames, presented: presentationTime, received: receiveTime, rtp: rtpTimestamp });
      if (this.#withTiles && !this.#reading) this.#readTiles();
      this.#next();
    }

    async #readTiles() {
      this.#reading = true;
      const whole = [{ identity: 'peer', left: 0, top: 0, width: 1, height: 1 }];
      const tiles = this.#selector ? whole : (room().layout?.tiles ?? []);
      const seen = await readClocks(this.#picture, tiles).catch(() => []);
      this.#reading = false;
      for (const { name, age, at = Date.now() } of seen) {
        this.tiles[name] ??= { ages: [], painted: new Set(), unreadable: 0 };
        if (age === null) this.tiles[name].unreadable += 1;
        else {
          this.tiles[name].ages.push(age);
          this.tiles[name].painted.add(at - age);
        }
      }
    }

    stop() {
      this.#on = false;
      return this.summary();
    }

    summary() {
      const { frames } = this;
      const gaps = key =>
        frames.slice(1).map((frame, index) => ({
          at: frames[index].at,
          // Frames that were decoded between two callbacks share the time between them.
          ms: (frame[key] - frames[index][key]) / Math.max(1, frame.count - frames[index].count),
        }));
      const largest = list => list.reduce((most, gap) => (gap.ms > most.ms ? gap : most), { at: 0, ms: 0 });
      const first = frames[0];
      const last = frames.at(-1);
      const seconds = first ? (last.at - first.at) / 1000 : 0;
      return {
        seconds,
        frames: first ? last.count - first.count : 0,
        fps: seconds ? (last.count - first.count) / seconds : 0,
        /** Between frames given to the compositor. */
        largestGap: largest(gaps('presented')),
        /** Between callbacks: with what this busy page's own thread adds. */
        largestGapCalled: largest(gaps('at')),
        /** Between arrivals from the network: leaves out what this busy page does to them. Not in Firefox. */
        largestGapReceived: first?.received ? largest(gaps('received')) : null,
        /** Between the mixer's own time stamps: what was sent at all. */
        largestGapSent: first?.rtp ? largest(rtpGaps(frames)) : null,
        tiles: Object.fromEntries(
          Object.entries(this.tiles).map(([name, { ages, painted, unreadable }]) => [
            name,
            { ages, distinct: painted.size, unreadable },
          ]),
        ),
      };
    }
  }

  function rtpGaps(frames) {
    return frames.slice(1).map((frame, index) => ({
      at: frames[index].at,
      ms: ((frame.rtp - frames[index].rtp) >>> 0) / 90 / Math.max(1, frame.count - frames[index].count),
    }));
  }

  /** @type {{ context: AudioContext, analyser: AnalyserNode, short: AnalyserNode, mix: MediaStream } | null} */
  let ear = null;

  function listen() {
    const { mix } = room();
    if (ear?.mix === mix) return ear;
    ear?.context.close();
    const context = new AudioContext();
    const source = context.createMediaStreamSource(new MediaStream(mix.getAudioTracks()));
    const analyserOf = fftSize => {
      const analyser = new AnalyserNode(context, { fftSize, smoothingTimeConstant: 0, minDecibels: -150 });
      source.connect(analyser);
      return analyser;
    };
    ear = { context, analyser: analyserOf(32768), short: analyserOf(WINDOW), mix };
    return ear;
  }

  const WINDOW = 8192;

  /** Where there is no AudioContext for lack of a sound card (Firefox): by a short recording. */
  async function hearRecorded(frequencies) {
    const recorder = new MediaRecorder(new MediaStream(room().mix.getAudioTracks()));
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise(resolve => {
      recorder.onstop = resolve;
    });
    recorder.start();
    setTimeout(() => recorder.stop(), 700);
    await stopped;
    const rate = 48_000;
    const decoder = new OfflineAudioContext(1, rate, rate);
    const sound = await decoder.decodeAudioData(await new Blob(parts).arrayBuffer());
    const samples = sound.getChannelData(0);
    return frequencies.map(frequency => levelOf(samples.subarray(-WINDOW), frequency / rate));
  }

  /** dBFS of that frequency (in cycles a sample), through a Blackman window. */
  function levelOf(samples, frequency) {
    let [real, imaginary] = [0, 0];
    samples.forEach((sample, index) => {
      const phase = (2 * Math.PI * index) / samples.length;
      const weight = 0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase);
      real += sample * weight * Math.cos(2 * Math.PI * frequency * index);
      imaginary += sample * weight * Math.sin(2 * Math.PI * frequency * index);
    });
    return 20 * Math.log10(Math.hypot(real, imaginary) / samples.length + 1e-8);
  }

  /** The level of each frequency in the mix, in dBFS, over the last 0.17 s. */
  async function hear(frequencies) {
    if (window.testPerson?.hums) return hearRecorded(frequencies);
    const { context, short: analyser } = listen();
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const bin = context.sampleRate / analyser.fftSize;
    return frequencies.map(frequency => {
      const centre = Math.round(frequency / bin);
      return Math.max(-150, ...spectrum.slice(centre - 2, centre + 3));
    });
  }

  /** Starts of beeps in the last 0.7 s, as Date.now() would have dated them. */
  function beeps(threshold) {
    const { context, analyser } = listen();
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const now = Date.now();
    const quiet = context.sampleRate * 0.2;
    const starts = [];
    let last = -Infinity;
    let checked = 0;
    samples.forEach((sample, index) => {
      if (Math.abs(sample) < threshold) return;
      // The first quiet stretch must lie within the window.
      if (index - last > quiet && index > quiet && checked !== index) {
        starts.push(now - ((samples.length - index) / context.sampleRate) * 1000);
      }
      checked = index;
      last = index;
    });
    return starts;
  }

  /** When the first frame was there after the WebSocket's `join` had gone out; both by performance.now(). */
  const join = { sent: 0, shown: 0, decoded: 0 };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!join.sent && typeof data === 'string' && /"type":\s*"join"/.test(data)) join.sent = performance.now();
    return send.call(this, data);
  };
  const searching = setInterval(() => {
    const picture = video();
    if (!picture) return;
    clearInterval(searching);
    picture.requestVideoFrameCallback((now, { receiveTime, processingDuration }) => {
      join.shown = performance.now();
      join.decoded = receiveTime + (processingDuration ?? 0) * 1000;
    });
  }, 5);

  /** @type {string[]} */
  const violations = [];
  document.addEventListener('securitypolicyviolation', event => {
    violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });

  window.probe = { see, seeScreen, hear, beeps, join, violations, watch: options => new Watch(options), placeIn };
})();
