#pragma once

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#include <cstdint>
#include <span>

#include "baseline.h"
#include "media/picture.h"

namespace tributary::bench {

/// libvpx's VP8 decoder of one stream, with one thread: the caller's.
class Vp8Decoder {
 public:
  Vp8Decoder();
  ~Vp8Decoder() { vpx_codec_destroy(&codec_); }
  Vp8Decoder(const Vp8Decoder&) = delete;
  Vp8Decoder& operator=(const Vp8Decoder&) = delete;

  /// A whole frame; false: it cannot be decoded.
  bool decode(std::span<const uint8_t> frame);

 private:
  vpx_codec_ctx_t codec_{};
};

/// libvpx's VP8 encoder as the rooms' renditions have it (defaultEncoder("VP8"), and what vp8enc sets where
/// that is silent), with one thread: the caller's.
class Vp8Encoder {
 public:
  explicit Vp8Encoder(const Room& room);
  ~Vp8Encoder() { vpx_codec_destroy(&codec_); }
  Vp8Encoder(const Vp8Encoder&) = delete;
  Vp8Encoder& operator=(const Vp8Encoder&) = delete;

  /// Of the room's size; the bytes it became, 0: it cannot be encoded.
  size_t encode(const PictureView& picture, int number);

 private:
  vpx_codec_ctx_t codec_{};
};

}  // namespace tributary::bench
