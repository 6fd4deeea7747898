/** Reads Prometheus' text format. */

/** @param {string} text */
export function parseMetrics(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match) continue;
    const labels = {};
    for (const [, key, value] of (match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      labels[key] = value;
    }
    samples.push({ name: match[1], labels, value: Number(match[3]) });
  }
  return new Metrics(samples);
}

class Metrics {
  /** @param {{ name: string, labels: Record<string, string>, value: number }[]} samples */
  constructor(samples) {
    this.samples = samples;
  }

  /** The samples of that name whose labels include these. */
  all(name, labels = {}) {
    const fits = sample => Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
    return this.samples.filter(sample => sample.name === name && fits(sample));
  }

  /** Their sum; 0 when there is none. */
  sum(name, labels) {
    return this.all(name, labels).reduce((sum, sample) => sum + sample.value, 0);
  }

  /** Frames of the mix that were not drawn in time, or that an encoder had no time for, so far. */
  lostFrames() {
    return this.sum('tributary_mixer_frames_late_total') + this.sum('tributary_encoder_frames_total', { outcome: 'dropped' });
  }

  /** Encoders in use, as `{"VP8 720p": 1}`. */
  encoders() {
    const running = this.all('tributary_encoders').filter(({ value }) => value !== 0);
    return Object.fromEntries(
      running.map(({ labels, value }) => [`${labels.codec} ${labels.rendition}`, value]).sort(),
    );
  }
}
