#include "vpx.h"

#include <cstdlib>
#include <string>

#include "media/codec_table.h"

namespace tributary::bench {
namespace {

/// GStreamer's properties are libvpx's numbers, but for names of enumerations.
unsigned setting(const EncoderSettings& settings, const char* property) {
  return static_cast<unsigned>(std::atoi(settings.properties.at(property).c_str()));
}

/// What vp8enc makes of the settings.
vpx_codec_enc_cfg_t configOf(const EncoderSettings& settings, const Room& room) {
  vpx_codec_enc_cfg_t out{};
  vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &out, 0);
  out.g_w = static_cast<unsigned>(room.width);
  out.g_h = static_cast<unsigned>(room.height);
  out.g_timebase = {1, room.framerate};
  out.g_threads = setting(settings, "threads");
  out.g_error_resilient = setting(settings, "error-resilient");
  out.g_lag_in_frames = setting(settings, "lag-in-frames");
  out.rc_end_usage = VPX_CBR;  // end-usage
  out.rc_target_bitrate = static_cast<unsigned>(room.bitrate / 1000);
  out.rc_min_quantizer = setting(settings, "min-quantizer");
  out.rc_max_quantizer = setting(settings, "max-quantizer");
  out.rc_dropframe_thresh = 0;
  out.rc_resize_allowed = 0;
  out.rc_undershoot_pct = setting(settings, "undershoot");
  out.rc_overshoot_pct = 100;
  out.rc_buf_sz = setting(settings, "buffer-size");
  out.rc_buf_initial_sz = setting(settings, "buffer-initial-size");
  out.rc_buf_optimal_sz = setting(settings, "buffer-optimal-size");
  out.kf_max_dist = setting(settings, "keyframe-max-dist");
  return out;
}

/// A borrowed picture.
vpx_image_t imageOf(const PictureView& picture) {
  vpx_image_t out{};
  vpx_img_wrap(&out, VPX_IMG_FMT_I420, static_cast<unsigned>(picture.width),
               static_cast<unsigned>(picture.height), 1, picture.plane[0]);
  for (size_t i = 0; i < picture.plane.size(); ++i) {
    out.planes[i] = picture.plane[i];
    out.stride[i] = picture.stride[i];
  }
  return out;
}

}  // namespace

Vp8Decoder::Vp8Decoder() {
  vpx_codec_dec_cfg_t config{};
  config.threads = 1;
  vpx_codec_dec_init(&codec_, vpx_codec_vp8_dx(), &config, 0);
}

bool Vp8Decoder::decode(std::span<const uint8_t> frame) {
  if (vpx_codec_decode(&codec_, frame.data(), static_cast<unsigned>(frame.size()), nullptr, 0) !=
      VPX_CODEC_OK)
    return false;
  vpx_codec_iter_t at = nullptr;
  return vpx_codec_get_frame(&codec_, &at) != nullptr;
}

Vp8Encoder::Vp8Encoder(const Room& room) {
  const EncoderSettings settings = defaultEncoder("VP8");
  const auto config = configOf(settings, room);
  vpx_codec_enc_init(&codec_, vpx_codec_vp8_cx(), &config, 0);
  vpx_codec_control(&codec_, VP8E_SET_CPUUSED, static_cast<int>(setting(settings, "cpu-used")));
  vpx_codec_control(&codec_, VP8E_SET_STATIC_THRESHOLD, setting(settings, "static-threshold"));
  vpx_codec_control(&codec_, VP8E_SET_MAX_INTRA_BITRATE_PCT, setting(settings, "max-intra-bitrate"));
}

size_t Vp8Encoder::encode(const PictureView& picture, int number) {
  const vpx_image_t image = imageOf(picture);
  if (vpx_codec_encode(&codec_, &image, number, 1, 0, VPX_DL_REALTIME) != VPX_CODEC_OK) return 0;
  size_t bytes = 0;
  vpx_codec_iter_t at = nullptr;
  while (const auto* packet = vpx_codec_get_cx_data(&codec_, &at)) {
    if (packet->kind == VPX_CODEC_CX_FRAME_PKT) bytes += packet->data.frame.sz;
  }
  return bytes;
}

}  // namespace tributary::bench
