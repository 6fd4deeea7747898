// What listeners hear of the mix: no clicks when somebody is let in or another mix begins, and pauses.
#include <gst/rtp/gstrtpbuffer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <mutex>
#include <numbers>
#include <thread>

#include "click_meter.h"
#include "media/audio_mixer.h"

namespace tributary {
namespace {

constexpr double pitch = 440;

/// A peer's end of the mix, decoded.
class Ear {
 public:
  explicit Ear(SendLane& lane) : stream_(std::make_shared<SendStream>(lane, "sound", 50)) {
    stream_->setDirect([this](GstBuffer* const* packets, unsigned count) {
      for (unsigned i = 0; i < count; ++i)
        hear(packets[i]);
      return true;
    });
    output->setAudio({stream_, RtpRewriter(111, 1, audioRate)});
    output->open();
  }
  ~Ear() {
    output->close();
    stream_->detach();
  }

  struct Heard {
    double click = 0;
    int packets = 0;
    int pauses = 0;  ///< packets after one
    int marked = 0;  ///< of these
    int loud = 0;    ///< ms
    int quiet = 0;   ///< ms before the first that is loud
  };
  /// Since the last call.
  Heard take() {
    const std::lock_guard lock(mutex_);
    heard_.click = clicks_.takeLargest();
    return std::exchange(heard_, {});
  }

  const std::shared_ptr<PeerOutput> output = std::make_shared<PeerOutput>();

 private:
  void hear(GstBuffer* packet) {
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
    ASSERT_TRUE(gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp));
    const uint32_t time = gst_rtp_buffer_get_timestamp(&rtp);
    const std::lock_guard lock(mutex_);
    ++heard_.packets;
    if (time - last_ > audioFrame * 3 / 2) {
      ++heard_.pauses;
      if (gst_rtp_buffer_get_marker(&rtp) != FALSE) ++heard_.marked;
    }
    last_ = time;
    std::vector<float> samples;
    decoder_.decode(
        {static_cast<const uint8_t*>(gst_rtp_buffer_get_payload(&rtp)), gst_rtp_buffer_get_payload_len(&rtp)},
        samples);
    gst_rtp_buffer_unmap(&rtp);
    clicks_.hear(samples);
    for (size_t i = 0; i + 48 <= samples.size(); i += 48) {
      if (soundLevel(std::span(samples).subspan(i, 48)) > -40) ++heard_.loud;
      if (heard_.loud == 0) ++heard_.quiet;
    }
  }

  std::shared_ptr<SendStream> stream_;
  std::mutex mutex_;
  TalkDecoder decoder_;
  test::ClickMeter clicks_{pitch};
  uint32_t last_ = 0;
  Heard heard_;
};

/// A client that sends one tone, and changes its loudness within 20 ms.
class Voice {
 public:
  explicit Voice(float volume) : wanted(volume), volume_(volume) {}
  void send() {
    AudioBlock block;
    const float step = (wanted - volume_) / audioFrame;
    for (float& sample : block) {
      volume_ += step;
      sample = volume_ * static_cast<float>(std::sin(2 * std::numbers::pi * pitch * position_++ / audioRate));
    }
    volume_ = wanted;
    talker->push(sequence_++, encoder_.encode(block));
  }

  const std::shared_ptr<Talker> talker = std::make_shared<Talker>();
  float wanted;

 private:
  MixEncoder encoder_{OpusSettings{.bitrate = 96'000}};
  float volume_;
  double position_ = 0;
  uint16_t sequence_ = 0;
};

/// Three who talk and listen, on two slots, and one who listens. The first always holds a slot.
class MixSound : public testing::Test {
 protected:
  MixSound() {
    for (size_t i = 0; i < voices_.size(); ++i)
      mixer_.add(std::to_string(i), voices_[i].talker, ears_[i].output);
    mixer_.add("listener", nullptr, ears_.back().output);
  }
  /// Sends as many blocks as the mixer takes.
  void run(uint64_t blocks) {
    const uint64_t end = mixer_.counters().ticks + blocks;
    for (uint64_t now = 0; (now = mixer_.counters().ticks) < end;) {
      for (; sent_ < now + 3; ++sent_) {
        for (auto& voice : voices_)
          voice.send();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  bool inSlot(size_t voice) const {
    const auto levels = mixer_.levels();
    return std::ranges::any_of(
        levels, [&](const auto& level) { return level.id == std::to_string(voice) && level.inSlot; });
  }

  RoomClock clock_;
  SendLane lane_{"test-sound"};
  std::array<Ear, 4> ears_ = {Ear(lane_), Ear(lane_), Ear(lane_), Ear(lane_)};
  /// All of one pitch: the first is the loudest, so that no shift of one against another cancels both.
  std::array<Voice, 3> voices_ = {Voice(0.45F), Voice(0.1F), Voice(0.08F)};
  AudioMixer mixer_{{.talkerSlots = 2}, clock_};
  uint64_t sent_ = 0;
};

TEST_F(MixSound, NothingClicksWhenAnotherIsLetInAndMixesChange) {
  constexpr int rounds = 8;
  constexpr std::array<const char*, 4> who = {"who talks all the time", "who is let in", "who loses the slot",
                                              "who listens"};
  run(100);
  std::array<double, 4> clicks;
  clicks.fill(1);
  for (int round = 0; round < rounds; ++round) {
    for (auto& ear : ears_)
      ear.take();
    const size_t rises = round % 2 == 0 ? 2 : 1;
    voices_[rises].wanted = 0.3F;
    run(30);
    EXPECT_TRUE(inSlot(rises));
    EXPECT_FALSE(inSlot(3 - rises));
    const std::array<size_t, 4> places = {0, rises, 3 - rises, 3};
    for (size_t i = 0; i < places.size(); ++i) {
      const auto heard = ears_[places[i]].take();
      EXPECT_GT(heard.loud, 300) << who[i] << " hears the others, most of the time";
      // A machine that is busy makes clicks of its own: what is really there is there each time.
      clicks[i] = std::min(clicks[i], heard.click);
    }
    voices_[rises].wanted = 0.1F;
    voices_[3 - rises].wanted = 0.08F;
    run(100);
  }
  for (size_t i = 0; i < who.size(); ++i) {
    std::printf("%s: largest step off the tone %.4f\n", who[i], clicks[i]);
    EXPECT_LT(clicks[i], 0.003) << who[i];
  }
}

TEST_F(MixSound, WhoIsSilentSharesAMixAndNeverHearsOneselfWhenItTalks) {
  for (auto& voice : voices_)
    voice.wanted = 0;
  run(100);
  EXPECT_EQ(mixer_.counters().encoders, 1) << "two hold a slot and say nothing";
  for (const size_t talks : {0, 1}) {
    for (auto& ear : ears_)
      ear.take();
    voices_[talks].wanted = 0.3F;
    run(40);
    EXPECT_EQ(mixer_.counters().encoders, 2);
    for (size_t i = 0; i < ears_.size(); ++i) {
      const auto heard = ears_[i].take();
      if (i == talks) {
        EXPECT_EQ(heard.loud, 0) << "its own voice";
      } else {
        EXPECT_GT(heard.loud, 300);
      }
    }
    voices_[talks].wanted = 0;
    run(100);
    EXPECT_EQ(mixer_.counters().encoders, 1);
  }
}

TEST_F(MixSound, WhoIsMutedHasNoMixOfTheirOwn) {
  voices_[2].wanted = 0;
  run(60);
  EXPECT_EQ(mixer_.counters().encoders, 3) << "two slots and all others";
  mixer_.setMuted("0", true);
  run(5);
  EXPECT_EQ(mixer_.counters().encoders, 2);
  EXPECT_FALSE(inSlot(0));
  voices_[2].wanted = 0.1F;
  run(20);
  EXPECT_TRUE(inSlot(2)) << "the slot is free for others";
  for (const char* id : {"1", "2"})
    mixer_.setMuted(id, true);
  run(5);
  EXPECT_EQ(mixer_.counters().encoders, 1);
  mixer_.add("muted", std::make_shared<Talker>(), nullptr);
  mixer_.setMuted("muted", true);
  run(5);
  EXPECT_TRUE(std::ranges::none_of(mixer_.levels(),
                                   [](const auto& level) { return level.id == "muted" && level.inSlot; }));
  voices_[1].wanted = 0.001F;  // less than asks for a slot
  run(60);
  mixer_.setMuted("1", false);
  run(5);
  EXPECT_TRUE(inSlot(1)) << "nobody else wants it";
}

/// Their own voice is the loudest: heard by themselves, or cut off, it would click.
TEST_F(MixSound, NothingClicksWhenSomebodyIsMutedAndTheyAreHeardAtOnceWhenTheyAreNot) {
  constexpr int rounds = 4;
  voices_[2].wanted = 0;
  run(100);
  std::array<double, 2> clicks = {1, 1};
  std::array<int, 2> loud = {0, 0};  // ms; of a round in which the machine did not stand still
  int soonest = 1000;
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < clicks.size(); ++i)
      ears_[i].take();
    mixer_.setMuted("0", true);
    run(50);
    mixer_.setMuted("0", false);
    run(50);
    for (size_t i = 0; i < clicks.size(); ++i) {
      const auto heard = ears_[i].take();
      loud[i] = std::max(loud[i], heard.loud);
      clicks[i] = std::min(clicks[i], heard.click);
    }
    mixer_.setMuted("0", true);
    mixer_.setMuted("1", true);
    run(30);
    ears_.back().take();
    mixer_.setMuted("0", false);
    run(20);
    soonest = std::min(soonest, ears_.back().take().quiet);
    mixer_.setMuted("1", false);
    run(50);
  }
  std::printf("largest step off the tone: who is muted %.4f, another %.4f; heard after %d ms\n", clicks[0],
              clicks[1], soonest);
  EXPECT_GT(loud[0], 1500) << "the other one, most of the time";
  EXPECT_GT(loud[1], 800) << "likewise";
  EXPECT_LT(clicks[0], 0.003);
  EXPECT_LT(clicks[1], 0.003);
  EXPECT_LE(soonest, 60);
}

TEST_F(MixSound, ASilentRoomSendsNextToNothingAndIsHeardAtOnceWhenItIsNot) {
  mixer_.setOpus({.dtx = true});
  for (auto& voice : voices_)
    voice.wanted = 0;
  run(100);
  ears_.back().take();
  const uint64_t late = mixer_.counters().late;
  run(200);
  const auto lost = static_cast<int>(mixer_.counters().late - late);
  const auto silent = ears_.back().take();
  EXPECT_LE(silent.packets, 4 * 5) << "in 4 s";
  EXPECT_GT(silent.packets, 4) << "a decoder is told now and then";
  EXPECT_GT(silent.pauses, 4);
  // What a machine had no time to mix is a hole of another kind.
  EXPECT_LE(silent.marked, silent.pauses);
  EXPECT_GE(silent.marked, silent.pauses - lost);
  mixer_.playTones();  // 300 ms of them, in fades of 10 ms
  run(50);
  EXPECT_NEAR(ears_.back().take().loud, 300, 20);
}

/// Counts what a film gets.
struct Film : AudioTap {
  void onAudio(int64_t pts, std::span<const uint8_t> opus) override {
    const std::lock_guard lock(mutex);
    ++packets;
    if (opus.size() <= dtxPacket) ++pauses;
    if (last > 0 && pts - last > audioTick * 3 / 2) ++holes;
    last = pts;
  }
  std::mutex mutex;
  int packets = 0;
  int pauses = 0;
  int holes = 0;
  int64_t last = 0;
};

TEST_F(MixSound, AFilmOfASilentRoomHasNoPauses) {
  mixer_.setOpus({.dtx = true});
  for (auto& voice : voices_)
    voice.wanted = 0;
  run(50);
  const auto film = std::make_shared<Film>();
  mixer_.addTap(film);
  const uint64_t late = mixer_.counters().late;
  run(100);
  const auto holes = static_cast<int>(mixer_.counters().late - late);
  mixer_.removeTap(film.get());
  EXPECT_GE(film->packets, 99);
  EXPECT_EQ(film->pauses, 0);
  EXPECT_LE(film->holes, holes);
  ears_.back().take();
  run(100);
  EXPECT_LE(ears_.back().take().packets, 2 * 5 + 10) << "the room has its pauses again";
}

}  // namespace
}  // namespace tributary
