#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/priority_mutex.h"
#include "media/level_meter.h"
#include "media/opus_codec.h"
#include "media/packet_order.h"
#include "media/ticker.h"

namespace tributary {

/// One person's microphone between the network and the mix: puts packets in order, decodes, hides loss, and
/// gives the mixer 20 ms whenever it asks. What is missing is waited for as long as there is something to
/// play. Its playout buffer grows when packets come unevenly and shrinks again when they do
/// not, by whole periods of the voice (time_stretch.h), so delay does not pile up, nor does it run dry, when
/// the client's clock is not ours.
class Talker {
 public:
  /// `clock`: nanoseconds of any one monotonic clock; other than the real one is for tests.
  explicit Talker(std::function<int64_t()> clock = monotonicNow);

  /// One RTP payload, as it comes. `level`: what the client says of its loudness (RFC 6464), dBFS. Thread:
  /// streaming.
  void push(uint16_t sequence, std::span<const uint8_t> opus, std::optional<double> level = std::nullopt);

  /// Packets are played at least that much later than they could be, from now on or soon: it takes some
  /// seconds, in steps that nobody hears. Up to mostHeld. Thread: streaming.
  void hold(int64_t nanoseconds);
  static constexpr int64_t mostHeld = 400'000'000;
  /// How long a packet that comes now waits until it is mixed, ns, beside what hold() adds. Thread:
  /// streaming.
  int64_t wait() const;

  /// The next 20 ms; silence where there is nothing. Begins with the packets kept by overhear(), if it was
  /// called before. Thread: the mixer's.
  void pull(AudioBlock& out);

  /// How loud it is, without hearing it: from now until pull(), packets are not decoded, and the last 60 ms
  /// of them kept, so that the beginning of a word is not lost. Those that do not tell go through a
  /// LevelMeter. Once a tick. Thread: the mixer's.
  double overhear();
  /// While packets are decoded: what the client says of itself, if it does. Once a tick.
  std::optional<double> toldLevel();

  struct Counters {
    uint64_t packets = 0;
    uint64_t lost = 0;              ///< did not come while they could have been played
    uint64_t decoded = 0;           ///< of packets, to be heard
    uint64_t concealedSamples = 0;  ///< made up because nothing had come in time
    uint64_t droppedSamples = 0;    ///< too many were waiting: a faster clock, or jitter that is over
    uint64_t addedSamples = 0;      ///< too few were
    int bufferedMs = 0;
    int heldMs = 0;  ///< see hold()
  };
  Counters counters() const;

 private:
  void noteArrival();
  bool isDue(size_t enough) const;
  bool isLate(uint16_t sequence);
  void hear(double level);
  uint16_t goOnAt(uint16_t sequence);
  void decodeNext();
  void decodeInOrder();
  void decodeKept();
  void keepNewest();
  void skipMissing();
  size_t samplesWaiting() const;
  double levelOfTick();
  void beginToOverhear();
  void startAfresh();
  void repair(uint16_t missing, std::span<const uint8_t> next);
  void underflow(AudioBlock& out);
  void judgeArrival();
  void adapt();
  void bound();
  size_t leastTarget() const;
  void settle();

  mutable PriorityMutex mutex_;
  std::function<int64_t()> clock_;
  TalkDecoder decoder_;
  std::vector<float> samples_;  ///< waiting to be played
  bool started_ = false;        ///< a first packet has come
  bool playing_ = false;
  PacketOrder waiting_;       ///< not decoded: behind one that is missing; while overheard, the newest
  uint16_t expected_ = 0;     ///< the next to be decoded
  uint16_t skippedFrom_ = 0;  ///< the last that were given up
  uint16_t skipped_ = 0;
  std::optional<uint16_t> restart_;  ///< a stream that begins anew, if this one comes next
  bool overheard_ = false;
  LevelMeter meter_;            ///< while overheard
  bool tells_ = false;          ///< the last packet bore a level
  double told_ = silenceLevel;  ///< by packets, or the meter
  int untold_ = 0;              ///< ticks since one told
  size_t held_ = 0;             ///< samples; see hold()
  size_t target_;               ///< samples to have in hand before playing
  ptrdiff_t owed_ = 0;          ///< samples to add, or below 0 to drop, since held_ has changed
  static constexpr size_t unjudged = static_cast<size_t>(-1);
  size_t leastSlack_ = unjudged;  ///< see judgeArrival(); over the window being judged
  int64_t lastPull_ = 0;
  int64_t lastPush_ = 0;
  int64_t gatheringSince_ = 0;  ///< while not playing: when what is in hand began to come
  int window_ = 0;              ///< pulls in it
  int concealed_ = 0;           ///< pulls in a row without data
  Counters counters_;
};

}  // namespace tributary
