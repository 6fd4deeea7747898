#pragma once

#include <cstdint>
#include <mutex>
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
  /// One RTP payload, in order of sequence number; a gap in them counts as loss. Thread: streaming.
  void push(uint16_t sequence, std::span<const uint8_t> opus);

  /// The next 20 ms; silence where there is nothing. Thread: the mixer's.
  void pull(AudioBlock& out);

  struct Counters {
    uint64_t packets = 0;
    uint64_t lost = 0;
    uint64_t concealedSamples = 0;  ///< made up because nothing had come in time
    int bufferedMs = 0;
  };
  Counters counters() const;

 private:
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
  size_t target_;         ///< samples to have in hand before playing
  size_t leastLeft_ = 0;  ///< after a pull(), over the window being judged
  int window_ = 0;        ///< pulls in it
  int concealed_ = 0;     ///< pulls in a row without data
  Counters counters_;

 public:
  Talker();
};

}  // namespace tributary
