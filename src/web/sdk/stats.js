/**
 * @import { InboundAudioStats, InboundVideoStats, MediaKind, OutboundStats, RoomStats } from './tributary.js'
 */

/**
 * What matters of an RTCStatsReport, with rates since the summary before.
 *
 * @param {Iterable<any>} report  the report's values
 * @param {RoomStats | null} previous
 * @param {number} now  milliseconds
 * @param {string | null} [screenMid]  the m-line of the screen, which is video too
 * @returns {RoomStats}
 */
export function summarise(report, previous, now, screenMid = null) {
  const stats = new Map([...report].map(stat => [stat.id, stat]));
  const seconds = previous ? (now - previous.at) / 1000 : 0;
  /** @param {string} type @param {MediaKind} kind */
  const find = (type, kind) =>
    [...stats.values()].find(
      stat =>
        stat.type === type && stat.kind === kind && (screenMid === null || stat.mid !== screenMid),
    );
  const screen = [...stats.values()].find(
    stat => stat.type === 'outbound-rtp' && screenMid !== null && stat.mid === screenMid,
  );

  return {
    at: now,
    rtt: roundTrip(stats),
    inbound: {
      video: inboundVideo(find('inbound-rtp', 'video'), stats, previous?.inbound.video, seconds),
      audio: inboundAudio(find('inbound-rtp', 'audio'), stats, previous?.inbound.audio, seconds),
    },
    outbound: {
      video: outbound(find('outbound-rtp', 'video'), stats, previous?.outbound.video, seconds),
      audio: outbound(find('outbound-rtp', 'audio'), stats, previous?.outbound.audio, seconds),
      screen: outbound(screen, stats, previous?.outbound.screen, seconds),
    },
  };
}

/** @param {Map<string, any>} stats */
function roundTrip(stats) {
  const all = [...stats.values()];
  const selected = stats.get(all.find(stat => stat.type === 'transport')?.selectedCandidatePairId);
  const pair =
    selected ??
    all.find(
      stat => stat.type === 'candidate-pair' && stat.nominated && stat.state === 'succeeded',
    );
  return pair?.currentRoundTripTime ?? null;
}

/**
 * @param {any} stat
 * @param {Map<string, any>} stats
 * @param {{ bytes: number } | null | undefined} previous
 * @param {number} seconds
 */
function inbound(stat, stats, previous, seconds) {
  const bytes = stat.bytesReceived ?? 0;
  return {
    codec: codecName(stat, stats),
    bytes,
    bitrate: rate(bytes, previous?.bytes, seconds) * 8,
    packetsReceived: stat.packetsReceived ?? 0,
    packetsLost: stat.packetsLost ?? 0,
    jitter: stat.jitter ?? 0,
    jitterBufferDelay: stat.jitterBufferEmittedCount
      ? stat.jitterBufferDelay / stat.jitterBufferEmittedCount
      : 0,
  };
}

/**
 * @param {any} stat
 * @param {Map<string, any>} stats
 * @param {InboundVideoStats | null | undefined} previous
 * @param {number} seconds
 * @returns {InboundVideoStats | null}
 */
function inboundVideo(stat, stats, previous, seconds) {
  if (!stat) return null;
  const framesDecoded = stat.framesDecoded ?? 0;
  return {
    ...inbound(stat, stats, previous, seconds),
    framesDecoded,
    framesDropped: stat.framesDropped ?? 0,
    freezeCount: stat.freezeCount ?? 0,
    freezeDuration: stat.totalFreezesDuration ?? 0,
    fps: stat.framesPerSecond ?? rate(framesDecoded, previous?.framesDecoded, seconds),
    width: stat.frameWidth ?? 0,
    height: stat.frameHeight ?? 0,
  };
}

/**
 * @param {any} stat
 * @param {Map<string, any>} stats
 * @param {InboundAudioStats | null | undefined} previous
 * @param {number} seconds
 * @returns {InboundAudioStats | null}
 */
function inboundAudio(stat, stats, previous, seconds) {
  if (!stat) return null;
  return {
    ...inbound(stat, stats, previous, seconds),
    concealedSamples: stat.concealedSamples ?? 0,
    totalSamples: stat.totalSamplesReceived ?? 0,
  };
}

/**
 * @param {any} stat
 * @param {Map<string, any>} stats
 * @param {OutboundStats | null | undefined} previous
 * @param {number} seconds
 * @returns {OutboundStats | null}
 */
function outbound(stat, stats, previous, seconds) {
  if (!stat) return null;
  const bytes = stat.bytesSent ?? 0;
  return {
    codec: codecName(stat, stats),
    bytes,
    bitrate: rate(bytes, previous?.bytes, seconds) * 8,
    fps: stat.framesPerSecond ?? 0,
    width: stat.frameWidth ?? 0,
    height: stat.frameHeight ?? 0,
    limitation: stat.qualityLimitationReason ?? 'none',
  };
}

/**
 * @param {any} stat
 * @param {Map<string, any>} stats
 */
function codecName(stat, stats) {
  return stats.get(stat.codecId)?.mimeType?.split('/')[1] ?? '';
}

/**
 * @param {number} now
 * @param {number | undefined} before
 * @param {number} seconds
 */
function rate(now, before, seconds) {
  // A counter that fell belongs to a new PeerConnection.
  if (before === undefined || seconds <= 0 || now < before) return 0;
  return (now - before) / seconds;
}
