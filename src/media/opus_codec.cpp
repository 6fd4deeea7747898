#include "media/opus_codec.h"

#include <opus/opus.h>

#include <algorithm>
#include <cmath>

namespace tributary {
namespace {

constexpr int longestPacket = audioRate * 120 / 1000;  // samples; RFC 6716, 2.1.4

}  // namespace

double soundLevel(std::span<const float> samples) {
  double sum = 0;
  for (const float sample : samples)
    sum += static_cast<double>(sample) * sample;
  return std::max(silenceLevel, 10 * std::log10(sum / static_cast<double>(samples.size()) + 1e-12));
}

void MixEncoder::Free::operator()(OpusEncoder* encoder) const {
  opus_encoder_destroy(encoder);
}
void TalkDecoder::Free::operator()(OpusDecoder* decoder) const {
  opus_decoder_destroy(decoder);
}

int mixEncoderDelay() {
  int error = OPUS_OK;
  OpusEncoder* encoder = opus_encoder_create(audioRate, 1, OPUS_APPLICATION_VOIP, &error);
  opus_int32 delay = 312;
  if (error == OPUS_OK) opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(&delay));
  opus_encoder_destroy(encoder);
  return delay;
}

MixEncoder::MixEncoder(const OpusSettings& settings)
    : encoder_(opus_encoder_create(audioRate, 1, OPUS_APPLICATION_VOIP, nullptr)) {
  apply(settings);
}

void MixEncoder::apply(const OpusSettings& settings) {
  opus_encoder_ctl(encoder_.get(), OPUS_SET_BITRATE(settings.bitrate));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_COMPLEXITY(settings.complexity));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_INBAND_FEC(settings.fec ? 1 : 0));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_DTX(settings.dtx ? 1 : 0));
  fec_ = settings.fec;
  lossPercent_ = -1;
  expectLoss(0);
}

void MixEncoder::expectLoss(double share) {
  // Some always, as loss is told late; no more than Opus has a use for; in steps, as it starts anew with
  // each.
  constexpr int step = 5;
  constexpr int most = 25;
  const int percent =
      fec_ ? std::clamp(static_cast<int>(std::ceil(share * 100 / step)) * step, step, most) : 0;
  if (percent == lossPercent_) return;
  lossPercent_ = percent;
  opus_encoder_ctl(encoder_.get(), OPUS_SET_PACKET_LOSS_PERC(percent));
}

void MixEncoder::standAlone() {
  alone_ = true;
  opus_encoder_ctl(encoder_.get(), OPUS_SET_PREDICTION_DISABLED(1));
}

std::span<const uint8_t> MixEncoder::encode(const AudioBlock& block) {
  const int size = opus_encode_float(encoder_.get(), block.data(), audioFrame, packet_.data(),
                                     static_cast<opus_int32>(packet_.size()));
  const auto bytes = static_cast<size_t>(std::max(size, 0));
  if (alone_ && bytes > dtxPacket) {
    alone_ = false;
    opus_encoder_ctl(encoder_.get(), OPUS_SET_PREDICTION_DISABLED(0));
  }
  return {packet_.data(), bytes};
}

TalkDecoder::TalkDecoder(int rate) : decoder_(opus_decoder_create(rate, 1, nullptr)) {}

void TalkDecoder::run(std::span<const uint8_t> packet, int samples, bool fec, std::vector<float>& out) {
  const size_t before = out.size();
  out.resize(before + static_cast<size_t>(samples));
  const int got =
      opus_decode_float(decoder_.get(), packet.empty() ? nullptr : packet.data(),
                        static_cast<opus_int32>(packet.size()), out.data() + before, samples, fec ? 1 : 0);
  out.resize(before + static_cast<size_t>(std::max(got, 0)));
}

size_t opusDuration(std::span<const uint8_t> packet) {
  if (packet.empty()) return 0;
  const int samples =
      opus_packet_get_nb_samples(packet.data(), static_cast<opus_int32>(packet.size()), audioRate);
  return samples > 0 ? static_cast<size_t>(samples) : 0;
}

void TalkDecoder::reset() {
  opus_decoder_ctl(decoder_.get(), OPUS_RESET_STATE);
}

void TalkDecoder::decode(std::span<const uint8_t> packet, std::vector<float>& out) {
  if (packet.empty()) return;
  const size_t before = out.size();
  run(packet, longestPacket, false, out);
  if (out.size() > before) lastDuration_ = static_cast<int>(out.size() - before);
}

void TalkDecoder::decodeLost(std::span<const uint8_t> next, std::vector<float>& out) {
  run(next, lastDuration_, !next.empty(), out);
}

void TalkDecoder::conceal(int samples, std::vector<float>& out) {
  run({}, samples, false, out);
}

}  // namespace tributary
