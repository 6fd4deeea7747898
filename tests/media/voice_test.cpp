// What denoise and gain do to voices: espeak-ng's over noise, through webrtcdsp alone and through the mixer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <numbers>
#include <random>
#include <thread>

#include "media/audio_mixer.h"
#include "media/media_tap.h"
#include "media/voice_filter.h"
#include "speech.h"

namespace tributary {
namespace {

using Denoise = VoiceSettings::Denoise;
using test::Sound;

constexpr size_t pause = audioRate * 3;  // before the voice, and after it
constexpr const char* words =
    "The figures of last month are better than we thought, and we should tell the others before Thursday.";

double levelOf(const Sound& sound, size_t from, size_t to) {
  double sum = 0;
  for (size_t i = from; i < to; ++i)
    sum += static_cast<double>(sound[i]) * sound[i];
  return 10 * std::log10(sum / static_cast<double>(to - from) + 1e-12);
}

/// A pause, a voice at that level, a pause; all of it over a fan's noise, more low than high.
Sound recording(double voiceDb, double noiseDb) {
  const Sound voice = test::speak("en-us+f2", words);
  Sound out(pause * 2 + voice.size());
  std::mt19937 random(5);
  std::normal_distribution<float> white(0, 1);
  for (float low = 0; float& sample : out) {
    low = 0.9F * low + 0.1F * white(random);
    sample = low;
  }
  const auto scale = [](double towards, double from) {
    return static_cast<float>(std::pow(10, (towards - from) / 20));
  };
  const float noiseGain = scale(noiseDb, levelOf(out, 0, out.size()));
  const float voiceGain = scale(voiceDb, levelOf(voice, 0, voice.size()));
  for (float& sample : out)
    sample *= noiseGain;
  for (size_t i = 0; i < voice.size(); ++i)
    out[pause + i] += voice[i] * voiceGain;
  return out;
}

double threadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Heard {
  Sound sound;
  double milliseconds;  ///< of CPU for each block
};

Heard filtered(const Sound& sound, const VoiceSettings& settings) {
  auto filter = VoiceFilter::create(settings);
  EXPECT_TRUE(filter) << filter.error().message;
  Heard out{{}, 0};
  AudioBlock block;
  const double start = threadSeconds();
  size_t blocks = 0;
  for (size_t at = 0; at + audioFrame <= sound.size(); at += audioFrame, ++blocks) {
    std::copy_n(sound.begin() + static_cast<std::ptrdiff_t>(at), audioFrame, block.begin());
    if (settings.any()) (*filter)->run(block);
    out.sound.insert(out.sound.end(), block.begin(), block.end());
  }
  out.milliseconds = (threadSeconds() - start) * 1000 / static_cast<double>(blocks);
  return out;
}

struct Effect {
  double noise;  ///< dB by which what is heard before and after the voice changes
  double voice;  ///< dB by which the voice does
};

Effect effectOf(const char* name, const Sound& before, const VoiceSettings& settings) {
  const Heard after = filtered(before, settings);
  // The last second of each pause: by then the filter knows the noise.
  const size_t end = after.sound.size();
  const auto change = [&](size_t from, size_t to) {
    return levelOf(after.sound, from, to) - levelOf(before, from, to);
  };
  const Effect out{change(end - audioRate, end), change(pause, end - pause)};
  std::printf("%s: noise %+.1f dB, voice %+.1f dB, %.3f ms of CPU each 20 ms\n", name, out.noise, out.voice,
              after.milliseconds);
  return out;
}

/// Ubuntu 24.04 builds plugins-bad without it.
class VoiceFilterTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = VoiceFilter::missing();
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
};

TEST_F(VoiceFilterTest, TakesNoiseOutAndLeavesTheVoice) {
  const Sound noisy = recording(-22, -45);
  const Effect low = effectOf("low", noisy, {.denoise = Denoise::low});
  const Effect moderate = effectOf("moderate", noisy, {.denoise = Denoise::moderate});
  const Effect high = effectOf("high", noisy, {.denoise = Denoise::high});
  EXPECT_LT(low.noise, -4);
  EXPECT_LT(moderate.noise, -9);
  EXPECT_LT(high.noise, -13);
  for (const Effect& effect : {low, moderate, high})
    EXPECT_NEAR(effect.voice, 0, 2);
}

TEST_F(VoiceFilterTest, BringsQuietVoicesUpMoreThanLoudOnes) {
  const Effect quiet = effectOf("gain, quiet voice", recording(-42, -80), {.gain = true});
  const Effect loud = effectOf("gain, loud voice", recording(-16, -80), {.gain = true});
  EXPECT_GT(quiet.voice, 5);
  EXPECT_LT(loud.voice, quiet.voice - 3);
  const Heard heard = filtered(recording(-16, -80), {.gain = true});
  EXPECT_LT(std::ranges::max(heard.sound), 1);
}

TEST_F(VoiceFilterTest, IsBlockIn_BlockOut_AlsoBeyondFullScale) {
  auto filter = VoiceFilter::create({.denoise = Denoise::low});
  ASSERT_TRUE(filter);
  AudioBlock block;
  for (int i = 0; i < 50; ++i) {
    block.fill(i % 2 == 0 ? 7.0F : -7.0F);
    (*filter)->run(block);
    for (const float sample : block)
      ASSERT_LE(std::abs(sample), 1.01F);
  }
}

/// Hears the mix of everybody.
class Ear : public AudioTap {
 public:
  void onAudio(int64_t /*pts*/, std::span<const uint8_t> opus) override {
    std::vector<float> samples;
    decoder_.decode(opus, samples);
    const std::lock_guard lock(mutex_);
    blocks_.push_back(levelOf(samples, 0, samples.size()));
  }
  size_t blocks() const {
    const std::lock_guard lock(mutex_);
    return blocks_.size();
  }
  /// The median level of the last 25 blocks.
  double level() const {
    const std::lock_guard lock(mutex_);
    std::vector<double> last(blocks_.end() - std::min<std::ptrdiff_t>(25, std::ssize(blocks_)),
                             blocks_.end());
    std::ranges::sort(last);
    return last[last.size() / 2];
  }

 private:
  mutable std::mutex mutex_;
  TalkDecoder decoder_;
  std::vector<double> blocks_;
};

/// Two microphones with noise alone, and one slot.
class NoisyRoom {
 public:
  NoisyRoom() {
    for (size_t i = 0; i < talkers_.size(); ++i) {
      talkers_[i] = std::make_shared<Talker>();
      mixer.add(std::to_string(i), talkers_[i], nullptr);
    }
    mixer.addTap(ear);
  }
  /// Sends and hears so many blocks.
  void run(size_t blocks) {
    const size_t end = ear->blocks() + blocks;
    for (size_t heard = 0; (heard = ear->blocks()) < end;) {
      for (; sent_ < heard + 3; ++sent_)
        send();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  RoomClock clock;
  AudioMixer mixer{{.talkerSlots = 1}, clock};
  std::shared_ptr<Ear> ear = std::make_shared<Ear>();

 private:
  void send() {
    AudioBlock block;
    for (float& sample : block)
      sample = noise_(random_);
    const auto opus = encoder_.encode(block);
    for (const auto& talker : talkers_)
      talker->push(static_cast<uint16_t>(sent_), opus);
  }

  std::mt19937 random_{3};
  std::normal_distribution<float> noise_{0, 0.01F};
  MixEncoder encoder_{OpusSettings{.complexity = 3}};
  std::array<std::shared_ptr<Talker>, 2> talkers_;
  size_t sent_ = 0;
};

TEST_F(VoiceFilterTest, IsPutInAndTakenOutOfARunningMixForWhoIsHeardAlone) {
  NoisyRoom room;
  room.run(50);
  const double plain = room.ear->level();
  EXPECT_EQ(room.mixer.counters().filters, 0);
  room.mixer.setVoice({.denoise = Denoise::high});
  room.run(150);
  EXPECT_EQ(room.mixer.counters().filters, 1) << "two people, one slot";
  EXPECT_LT(room.ear->level(), plain - 10);
  room.mixer.setVoice({});
  room.run(50);
  EXPECT_EQ(room.mixer.counters().filters, 0);
  EXPECT_NEAR(room.ear->level(), plain, 2);
}

}  // namespace
}  // namespace tributary
