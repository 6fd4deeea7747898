/** @import { VideoRequest } from './tributary.js' */

/** What we send before the mixer has said what it needs. */
export const DEFAULT_UPLINK = { maxBitrate: 600_000, maxFramerate: 30 };

/**
 * The encoding that satisfies a `requestVideo` for a track of this size: never above any limit, and
 * never scaled up.
 *
 * @param {VideoRequest} request
 * @param {{ width?: number, height?: number }} track
 */
export function encodingFor(request, track) {
  return {
    active: request.active,
    scaleResolutionDownBy: Math.max(
      1,
      ratio(track.width, request.maxWidth),
      ratio(track.height, request.maxHeight),
    ),
    maxBitrate: request.maxBitrate || DEFAULT_UPLINK.maxBitrate,
    maxFramerate: request.maxFramerate || DEFAULT_UPLINK.maxFramerate,
  };
}

/**
 * @param {number} [size]
 * @param {number} [limit]
 */
function ratio(size, limit) {
  return size && limit ? size / limit : 1;
}

/**
 * The codecs to offer when one is preferred: that one, with the helpers (rtx, red, fec) that go with
 * any. Empty when the browser lacks it, which means its own defaults.
 *
 * @template {{ mimeType: string }} Codec
 * @param {Codec[]} codecs
 * @param {string} preferred
 * @returns {Codec[]}
 */
export function preferCodec(codecs, preferred) {
  const wanted = `video/${preferred}`.toLowerCase();
  const helpers = /^video\/(rtx|red|ulpfec|flexfec-03)$/;
  const chosen = codecs.filter(codec => codec.mimeType.toLowerCase() === wanted);
  if (!chosen.length) return [];
  return [...chosen, ...codecs.filter(codec => helpers.test(codec.mimeType.toLowerCase()))];
}
