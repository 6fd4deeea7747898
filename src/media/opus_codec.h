#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

struct OpusEncoder;
struct OpusDecoder;

namespace tributary {

inline constexpr int audioRate = 48'000;          ///< Hz; what Opus in WebRTC runs at (RFC 7587)
inline constexpr int audioFrame = 960;            ///< samples of one mix tick: 20 ms
inline constexpr int64_t audioTick = 20'000'000;  ///< ns

/// 20 ms of mono, −1 … 1.
using AudioBlock = std::array<float, audioFrame>;

inline constexpr double silenceLevel = -90;  ///< dBFS

/// The power of samples in dBFS (a full-scale square wave is 0), at least silenceLevel. There must be some.
double soundLevel(std::span<const float> samples);

struct OpusSettings {
  int bitrate = 40'000;  ///< bit/s of a mix
  int complexity = 7;    ///< 0 … 10
  bool fec = true;       ///< in-band, for receivers that lose packets
  bool dtx = false;      ///< packets of at most dtxPacket bytes need not be sent: nothing is heard
};

/// RFC 6716, 2.1.9.
inline constexpr size_t dtxPacket = 2;

/// Samples at 48 kHz by which a MixEncoder's stream lags behind its input (RFC 7845's pre-skip).
int mixEncoderDelay();

/// One mono Opus stream out. Not thread safe.
class MixEncoder {
 public:
  explicit MixEncoder(const OpusSettings& settings);
  /// From the next block on.
  void apply(const OpusSettings& settings);
  /// The share of packets that listeners lose, 0 … 1: how much is worth repeating. From the next block on.
  void expectLoss(double share);
  /// The next packet that is more than a pause is predicted from nothing before it: whoever begins to listen
  /// has not heard that.
  void standAlone();
  /// The packet for one block; valid until the next call.
  std::span<const uint8_t> encode(const AudioBlock& block);

 private:
  struct Free {
    void operator()(OpusEncoder* encoder) const;
  };
  std::unique_ptr<OpusEncoder, Free> encoder_;
  bool fec_ = true;
  bool alone_ = false;
  int lossPercent_ = 0;
  std::array<uint8_t, 1500> packet_{};
};

/// Samples in a packet; 0 when it is no Opus.
size_t opusDuration(std::span<const uint8_t> packet);

/// One Opus stream in, to mono. Not thread safe.
class TalkDecoder {
 public:
  /// `rate`: of the samples, Hz; one of Opus's (RFC 6716, 2.1.1).
  explicit TalkDecoder(int rate = audioRate);
  /// What comes next does not follow what came before.
  void reset();
  /// Appends the packet's samples; nothing for a packet that is no Opus.
  void decode(std::span<const uint8_t> packet, std::vector<float>& out);
  /// Appends a frame that was lost, rebuilt from the redundancy in the packet after it.
  void decodeLost(std::span<const uint8_t> next, std::vector<float>& out);
  /// Appends `samples` (a multiple of 2.5 ms) of concealment.
  void conceal(int samples, std::vector<float>& out);

 private:
  void run(std::span<const uint8_t> packet, int samples, bool fec, std::vector<float>& out);

  struct Free {
    void operator()(OpusDecoder* decoder) const;
  };
  std::unique_ptr<OpusDecoder, Free> decoder_;
  int lastDuration_ = audioFrame;
};

}  // namespace tributary
