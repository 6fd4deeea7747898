#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/priority_mutex.h"
#include "media/opus_codec.h"

namespace tributary {

/// One person's microphone between the network and the mix: decodes, hides loss, and gives the mixer 20 ms
/// whenever it asks. Its playout buffer grows when packets come unevenly and shrinks again when they do
/// not, by cross-fades too short to hear, so delay does not pile up.
class Talker {
 public:
  /// One RTP payload, in order of sequence number; a gap in them counts as loss. `level`: what the client
  /// says of its loudness (RFC 6464), dBFS. Thread: streaming.
  void push(uint16_t sequence, std::span<const uint8_t> opus, std::optional<double> level = std::nullopt);

  /// The next 20 ms; silence where there is nothing. Begins with the packets kept by overhear(), if it was
  /// called before. Thread: the mixer's.
  void pull(AudioBlock& out);

  /// How loud it is without decoding: from now until pull(), packets are not decoded, and the last 60 ms of
  /// them kept, so that the beginning of a word is not lost. nullopt, and nothing changes, where packets do
  /// not tell. Once a tick. Thread: the mixer's.
  std::optional<double> overhear();
  /// The same level while packets are decoded: what the client says of itself. Once a tick.
  std::optional<double> toldLevel();

  struct Counters {
    uint64_t packets = 0;
    uint64_t lost = 0;
    uint64_t decoded = 0;           ///< of packets
    uint64_t concealedSamples = 0;  ///< made up because nothing had come in time
    int bufferedMs = 0;
  };
  Counters counters() const;

 private:
  void decode(std::span<const uint8_t> opus);
  void keep(std::span<const uint8_t> opus);
  void decodeKept();
  std::optional<double> levelOfTick();
  void startAfresh();
  void repairGap(uint16_t sequence, std::span<const uint8_t> next);
  void underflow(AudioBlock& out);
  void adapt();
  void dropSamples(size_t count);
  void bound();

  mutable PriorityMutex mutex_;
  TalkDecoder decoder_;
  std::vector<float> samples_;  ///< waiting to be played
  bool started_ = false;        ///< a first packet has come
  bool playing_ = false;
  uint16_t expected_ = 0;
  bool overheard_ = false;
  std::deque<std::vector<uint8_t>> kept_;  ///< the newest, while overheard
  size_t keptSamples_ = 0;
  bool tells_ = false;  ///< the last packet bore a level
  double told_ = silenceLevel;
  int untold_ = 0;        ///< ticks since a packet told
  size_t target_;         ///< samples to have in hand before playing
  size_t leastLeft_ = 0;  ///< after a pull(), over the window being judged
  int window_ = 0;        ///< pulls in it
  int concealed_ = 0;     ///< pulls in a row without data
  Counters counters_;

 public:
  Talker();
};

}  // namespace tributary
