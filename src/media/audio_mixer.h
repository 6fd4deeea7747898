#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/priority_mutex.h"
#include "media/clock.h"
#include "media/media_tap.h"
#include "media/opus_codec.h"
#include "media/peer_output.h"
#include "media/talker.h"
#include "media/ticker.h"
#include "media/voice_filter.h"

namespace tributary {

struct AudioSettings {
  int talkerSlots = 6;  ///< people who can be heard at once, each of whom costs an Opus encode while heard
  OpusSettings opus;
  VoiceSettings voice;  ///< of everybody who is heard
};

/// Mixes every 20 ms. People in a talker slot are heard and get a mix of all but themselves while they make a
/// sound; everybody else shares one mix and one encode of it. With no more people than slots nobody ever
/// changes place; with more, a slot goes to whoever has become louder than its holder. Who is muted has none,
/// and takes one that is free at once when no longer muted. Who has none is not decoded: how loud it is, the
/// client tells (RFC 6464) or a LevelMeter. Who is found to tell more than is true is decoded.
class AudioMixer {
 public:
  AudioMixer(const AudioSettings& settings, const RoomClock& clock);
  ~AudioMixer();

  using Id = std::string;  ///< of a person

  /// Somebody who may be heard, who hears, or both (either may be null). Thread: owner.
  void add(const Id& id, std::shared_ptr<Talker> talker, std::shared_ptr<PeerOutput> listener);
  void remove(const Id& id);
  /// Whoever is muted is not heard, whatever their client sends. Thread: owner.
  void setMuted(const Id& id, bool muted);

  /// The share of packets that their client says it loses, 0 … 1. Thread: owner.
  void setLoss(const Id& id, double share);

  /// Gets the mix of everybody, each tick, whoever listens. Thread: owner. The tap is not called once
  /// removeTap() has returned.
  void addTap(std::shared_ptr<AudioTap> tap);
  void removeTap(const AudioTap* tap);

  /// Plays two short tones to everybody who listens, and to the taps. Thread: any.
  void playTones();

  /// Other settings for all mixes, from the next tick on. Thread: owner.
  void setOpus(const OpusSettings& settings);
  /// Other filters for all voices, from the next tick on. They begin afresh. Thread: owner.
  void setVoice(const VoiceSettings& settings);

  struct Level {
    Id id;
    double db;  ///< dBFS, smoothed: about −90 is silence
    bool inSlot;
  };
  /// Everybody who sends, loudest first. Thread: any.
  std::vector<Level> levels() const;

  /// How loud somebody was at each tick since the last call, oldest first.
  struct TickLevels {
    Id id;
    std::vector<float> db;  ///< dBFS of the tick alone; −90 is silence
  };
  struct RecentLevels {
    int64_t newest = 0;  ///< when the last tick was due, on monotonicNow()'s scale
    std::vector<TickLevels> people;
  };
  /// Forgets them; at most a second is kept. Thread: owner.
  RecentLevels takeLevels();

  struct Counters {
    uint64_t ticks = 0;
    uint64_t late = 0;  ///< ticks that were skipped
    int encoders = 0;   ///< Opus encodes at the last tick
    int filters = 0;    ///< voices that were filtered at the last tick
  };
  Counters counters() const;

 private:
  struct Person;
  struct Slot;
  class Output;

  void tick(int64_t due);
  static void hear(Person& person);
  static void judge(Person& person, double told);
  void takeFreeSlot(Person& person);
  void freeSlotsOfMuted();
  void assignSlots();
  std::unique_ptr<VoiceFilter> makeFilter() const;
  int slotFor(const Person& person) const;
  void mixAndSend(int64_t pts);
  void addTones(AudioBlock& mix);
  void sendAll(const AudioBlock& all, int64_t pts);
  void sendShared(const AudioBlock& mix, int64_t pts, const std::vector<PeerOutput*>& listeners);
  void pauseOrNot();

  AudioSettings settings_;
  const RoomClock& clock_;
  mutable PriorityMutex mutex_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<Person*> slots_;
  std::vector<std::shared_ptr<AudioTap>> taps_;
  int64_t tonesAt_ = -1;  ///< samples played of them; −1: none are
  int64_t newestTick_ = 0;
  AudioBlock before_{};                           ///< the shared mix of the last tick
  std::vector<std::unique_ptr<Output>> outputs_;  ///< one a slot, and the shared one last
  Counters counters_;
  std::unique_ptr<Ticker> ticker_;  ///< last: its thread uses all of the above
};

}  // namespace tributary
