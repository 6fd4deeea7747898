/**
 * In the page, before its own scripts: a camera and a microphone that can be recognised in the mix.
 * `window.testPerson` says whose: { colour: [r, g, b], tone or speech, width, height, fps, look }. With `screen: width` it has
 * a screen of that width too, which shows support/page/slide.js.
 *
 * The camera shows the person's colour, a clock as a pattern of bits (support/page/pattern.js), and a bar
 * that moves. All of it lies in the middle, which survives the crop to any tile.
 */
(() => {
  const person = window.testPerson;
  const { pattern } = window.testTools;
  if (!navigator.mediaDevices || !person) return;

  /** @type {HTMLCanvasElement | null} */
  let canvas = null;
  let flash = false;
  let drawn = 0;
  let onDraw = () => {};

  function draw() {
    const { width, height } = canvas;
    const context = canvas.getContext('2d');
    drawn += 1;
    onDraw();
    if (person.look === 'face') return window.testTools.drawFace(context, person, performance.now());
    const whole = flash ? [255, 255, 255] : person.colour;
    context.fillStyle = `rgb(${whole})`;
    context.fillRect(0, 0, width, height);
    if (person.look === 'flash') return undefined;
    const cells = pattern.encode(Date.now());
    cells.forEach((lit, index) => {
      const cell = pattern.cell(index);
      context.fillStyle = lit ? '#fff' : '#000';
      context.fillRect(
        Math.round(cell.left * width),
        Math.round(cell.top * height),
        Math.ceil(cell.width * width),
        Math.ceil(cell.height * height),
      );
    });
    context.fillStyle = '#fff';
    context.fillRect(width * (0.3 + 0.35 * ((drawn % 45) / 45)), height * 0.7, width * 0.05, height * 0.06);
    return undefined;
  }

  /**
   * A camera's track, and what is called for each picture that was drawn. Where a browser lets us (Chromium), pictures
   * go straight into the track: one of captureStream() waits until the page is painted, which a busy machine does late
   * and for some pictures only.
   */
  function film() {
    if (!('MediaStreamTrackGenerator' in window)) {
      return { track: canvas.captureStream().getVideoTracks()[0], show: () => {} };
    }
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    const writer = track.writable.getWriter();
    const show = () => {
      if (track.readyState === 'ended') return films.delete(one);
      if (writer.desiredSize <= 0) return undefined;
      const frame = new VideoFrame(canvas, { timestamp: performance.now() * 1000 });
      return writer.write(frame).catch(() => frame.close());
    };
    const one = { track, show };
    return one;
  }

  const films = new Set();

  async function camera() {
    if (!canvas) {
      canvas = document.createElement('canvas');
      canvas.width = person.width;
      canvas.height = person.height;
      canvas.getContext('2d', { willReadFrequently: true });
      draw();
      setInterval(() => {
        draw();
        for (const { show } of films) void show();
      }, 1000 / person.fps);
    }
    const one = film();
    films.add(one);
    // A track knows its size once it has had a picture.
    await one.show();
    return one.track;
  }

  /** @type {AudioContext | null} */
  let audio = null;
  /** @type {GainNode} */
  let voice;

  function hold(frequency) {
    const tone = audio.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(voice);
    tone.start();
  }

  /** Again and again, a WAV file in base64. */
  async function speak(wav) {
    const bytes = Uint8Array.from(atob(wav), letter => letter.charCodeAt(0));
    const speech = audio.createBufferSource();
    speech.buffer = await audio.decodeAudioData(bytes.buffer);
    speech.loop = true;
    speech.connect(voice);
    speech.start();
  }

  function microphone() {
    if (!audio) {
      audio = new AudioContext();
      voice = audio.createGain();
      voice.gain.value = person.silent ? 0 : person.speech ? 1 : 0.15;
      if (person.speech) void speak(person.speech);
      else hold(person.tone);
    }
    const output = audio.createMediaStreamDestination();
    voice.connect(output);
    return output.stream.getAudioTracks()[0];
  }

  // Firefox has no AudioContext without a sound card. Its own fake microphone hums at a frequency of our
  // choice (a preference), which noise suppression would take for noise.
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const PLAIN = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const hum = async () => (await native({ audio: PLAIN })).getAudioTracks()[0];

  navigator.mediaDevices.getUserMedia = async ({ audio: wantsAudio, video: wantsVideo }) => {
    const tracks = [];
    if (wantsAudio) tracks.push(person.hums ? await hum() : microphone());
    if (wantsVideo) tracks.push(await camera());
    return new MediaStream(tracks);
  };
  function screen() {
    const slide = document.createElement('canvas');
    slide.width = person.screen;
    slide.height = Math.round((person.screen * 9) / 16);
    let cursor = false;
    const blink = () => {
      cursor = !cursor;
      window.testTools.drawSlide(slide.getContext('2d'), slide.width, { cursor });
    };
    blink();
    const blinking = setInterval(blink, 200);
    const [track] = slide.captureStream().getVideoTracks();
    window.testSource.stopSharing = () => {
      clearInterval(blinking);
      track.stop();
      track.dispatchEvent(new Event('ended'));
    };
    return track;
  }
  if (person.screen) {
    navigator.mediaDevices.getDisplayMedia = async () => {
      if (window.testSource.refuses) throw new DOMException('Permission denied', 'NotAllowedError');
      return new MediaStream([screen()]);
    };
  }

  navigator.mediaDevices.enumerateDevices = async () => [
    { kind: 'audioinput', deviceId: 'mic', groupId: 'test', label: 'Test microphone' },
    { kind: 'videoinput', deviceId: 'camera', groupId: 'test', label: 'Test camera' },
  ];

  window.testSource = {
    talk(on) {
      voice.gain.value = on ? 0.15 : 0;
    },
    framesDrawn: () => drawn,
    /** A white picture and a tone together, for 100 ms in every `period` ms: both begin with a frame of the camera. */
    flashAndBeep(period) {
      voice.gain.value = 0;
      let next = performance.now() + 500;
      onDraw = () => {
        const now = performance.now();
        // A page that stood still when it was due flashes late.
        const lit = flash ? now < next + 100 : now >= next;
        if (lit === flash) return;
        flash = lit;
        if (lit) (window.testFlashes ??= []).push(Date.now());
        if (lit) next = now;
        else next += period;
        voice.gain.setValueAtTime(lit ? 0.4 : 0, audio.currentTime);
      };
    },
  };
})();
