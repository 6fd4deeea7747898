// Who talks, from sound: espeak-ng's voices take turns, each through Opus, the playout buffer and the mixer's
// level, among noise, clicks and coughs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <random>

#include "media/audio_mixer.h"
#include "media/opus_codec.h"
#include "media/talker.h"
#include "room/speaker_detector.h"
#include "speech.h"

namespace tributary {
namespace {

using test::Sound;
using test::speak;
constexpr size_t rate = audioRate;

constexpr size_t people = 4;

/// Who talks about what, and the dice that decide when.
struct Cast {
  const char* name;
  std::array<const char*, people> voices;  ///< of espeak-ng
  std::array<double, people> noiseDb;      ///< of each microphone
  size_t typist;                           ///< whose keyboard is heard
  unsigned seed;
  std::array<const char*, 8> sentences;

  friend void PrintTo(const Cast& cast, std::ostream* out) { *out << cast.name; }
};

/// The detector's numbers were looked at with this one.
const Cast office = {"office",
                     {"en-us+f2", "en-gb+m3", "en-gb-scotland+f4", "en-us+m7"},
                     {-75, -62, -48, -66},  // the third has a fan
                     1,
                     2012,
                     {"I have looked at the figures of last month, and they are better than we thought.",
                      "Could you say that once more, please? The line was bad for a moment.",
                      "Yes, I agree with that. Let us go on with the next point on the list.",
                      "We tested it on three machines, and the oldest one was too slow, as you would expect.",
                      "My proposal is to wait until Thursday. Then we know more, and nobody has to hurry.",
                      "No. That would cost us twice as much, and it would not even solve the problem.",
                      "Well, it depends. If the customers ask for it, we should build it before the summer.",
                      "Thank you all. I will write it down and send it round this afternoon."}};

/// And not with these: other voices, words, languages, noises and dice.
const Cast abroad = {"abroad",
                     {"de+f3", "fr+m1", "es+f5", "de+m6"},
                     {-58, -70, -64, -52},
                     3,
                     77,
                     {"Guten Morgen zusammen, ich hoffe, man versteht mich heute besser als gestern.",
                      "Nein, das kommt im Herbst.",
                      "Le train de huit heures avait encore une demi-heure de retard, comme toujours.",
                      "Tres bien, on continue.",
                      "La semana que viene empezamos con las pruebas, si llegan las piezas a tiempo.",
                      "Wer kann das bis Freitag fertig machen, ohne dass etwas anderes liegen bleibt?",
                      "Je ne suis pas certain que ce soit la bonne solution, mais essayons.",
                      "De acuerdo, yo me encargo de hablar con ellos manana por la tarde."}};

const Cast britain = {
    "britain",
    {"en-gb-x-rp+m5", "en-gb-x-gbclan+f1", "en-029+m2", "en-gb-x-gbcwmd+f3"},
    {-68, -50, -72, -60},
    0,
    4711,
    {"Right, shall we make a start?",
     "The second delivery came in on Tuesday, and about half of it had to go straight back.",
     "I am afraid I have not had the time to read the report, so somebody will have to sum it up for me.",
     "Fair enough.", "They want it cheaper, they want it sooner, and they want it in green.",
     "If we move the release by a week, the documentation could be finished as well.",
     "Has anybody heard from the people in Leeds since the holidays?",
     "I would rather we measured it first and argued about it afterwards."}};

struct Turn {
  size_t speaker;
  double start, end;  // seconds
};

/// A conversation: everybody's microphone, and who has the turn.
struct Conversation {
  std::array<Sound, people> microphones;
  std::vector<Turn> turns;
  int coughs = 0;
};

void add(Sound& to, const Sound& what, double at, double gain) {
  const auto start = static_cast<size_t>(at * rate);
  for (size_t i = 0; i < what.size() && start + i < to.size(); ++i)
    to[start + i] += static_cast<float>(gain * what[i]);
}

/// One or two bursts of noise that swell in 20 ms and die away: 0.25 to 0.5 s in all.
Sound cough(std::mt19937& random) {
  std::normal_distribution<float> noise(0, 1);
  Sound out;
  for (unsigned burst = 0; burst < 1 + random() % 2; ++burst) {
    for (size_t i = 0; i < rate / 4; ++i) {
      const double t = static_cast<double>(i) / rate;
      out.push_back(static_cast<float>(noise(random) * std::min(1.0, t / 0.02) * std::exp(-t / 0.07)));
    }
  }
  return out;
}

Conversation converse(const Cast& cast, double minutes) {
  std::mt19937 random(cast.seed);
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  Conversation out;
  const double length = minutes * 60;
  for (size_t v = 0; v < people; ++v) {
    std::normal_distribution<float> noise(0, static_cast<float>(std::pow(10, cast.noiseDb[v] / 20)));
    out.microphones[v].resize(static_cast<size_t>(length * rate));
    for (float& sample : out.microphones[v])
      sample = noise(random);
  }
  std::array<std::vector<Sound>, people> said;
  for (size_t v = 0; v < people; ++v) {
    for (const char* sentence : cast.sentences)
      said[v].push_back(speak(cast.voices[v], sentence));
  }
  size_t speaker = 0;
  for (double at = 2; at < length - 12;) {
    speaker = (speaker + 1 + random() % (people - 1)) % people;
    Turn turn{speaker, at, at};
    const double gain = between(0.35, 1);
    for (unsigned n = 0; n < 1 + random() % 2; ++n) {
      const Sound& sound = said[speaker][random() % cast.sentences.size()];
      add(out.microphones[speaker], sound, turn.end + (n > 0 ? 0.35 : 0), gain);
      turn.end += (n > 0 ? 0.35 : 0) + static_cast<double>(sound.size()) / rate;
    }
    out.turns.push_back(turn);
    at = turn.end + between(-0.15, 0.9);
  }
  for (double at = 4; at < length; at += between(5, 12)) {  // by anybody, at any time
    add(out.microphones[random() % people], cough(random), at, between(0.1, 0.4));
    ++out.coughs;
  }
  for (double at = 1; at < length; at += between(0.1, 0.5)) {  // one of them types
    for (size_t i = 0; i < rate / 100; ++i)
      out.microphones[cast.typist][static_cast<size_t>(at * rate) + i] +=
          static_cast<float>(between(-0.06, 0.06));
  }
  return out;
}

struct Result {
  int inTime = 0;
  int wrong = 0;
  std::vector<double> delays;
};

class Microphone {
 public:
  explicit Microphone(const Sound& sound) : sound_(sound) {}
  double levelAt(size_t tick) {
    AudioBlock block;
    std::copy_n(sound_.begin() + static_cast<std::ptrdiff_t>(tick * audioFrame), audioFrame, block.begin());
    const auto packet = encoder_.encode(block);
    talker_.push(static_cast<uint16_t>(tick), packet);
    talker_.pull(block);
    return soundLevel(block);
  }

 private:
  const Sound& sound_;
  MixEncoder encoder_{OpusSettings{.bitrate = 32'000, .complexity = 3, .fec = false}};
  Talker talker_;
};

Result listen(const Cast& cast, const Conversation& talk) {
  const auto& voices = cast.voices;
  SpeakerDetector detector;
  std::vector<std::unique_ptr<Microphone>> microphones;
  for (const auto& sound : talk.microphones)
    microphones.push_back(std::make_unique<Microphone>(sound));
  Result out;
  out.delays.assign(talk.turns.size(), -1);
  std::string before;
  size_t turn = 0;
  const size_t ticks = talk.microphones[0].size() / audioFrame;
  for (size_t tick = 0; tick < ticks; ++tick) {
    const int64_t now = static_cast<int64_t>(tick + 1) * audioTick;
    for (size_t v = 0; v < microphones.size(); ++v)
      detector.level(voices[v], microphones[v]->levelAt(tick), now);
    if (tick % 5 != 4) continue;
    detector.decide(now);
    const double at = static_cast<double>(now) * 1e-9;
    while (turn + 1 < talk.turns.size() && at >= talk.turns[turn + 1].start)
      ++turn;
    const Turn& having = talk.turns[turn];
    const std::string& dominant = detector.dominant();
    const bool right = dominant == voices[having.speaker];
    if (right && at >= having.start && out.delays[turn] < 0) out.delays[turn] = at - having.start;
    if (dominant != before && !dominant.empty() && !right) {
      // Late for a turn that has just ended is late, not wrong.
      const bool late = turn > 0 && dominant == voices[talk.turns[turn - 1].speaker];
      std::printf("%s: %s at %.2f s, %.2f s into the turn of %s\n", late ? "late" : "wrong", dominant.c_str(),
                  at, at - having.start, voices[having.speaker]);
      ++out.wrong;
    }
    before = dominant;
  }
  for (const double delay : out.delays)
    out.inTime += delay >= 0 && delay <= 1 ? 1 : 0;
  return out;
}

double minutesOfTalk() {
  const char* text = std::getenv("SPEECH_MINUTES");
  return text != nullptr ? std::max(1.0, std::atof(text)) : 5;
}

/// A conversation of five minutes has some 45 turns, so that one more late turn is two percent: all of them
/// together must be right in 95 %, each in 90 %.
class Speech : public testing::TestWithParam<Cast> {
 protected:
  static void TearDownTestSuite() {
    const double share = static_cast<double>(inTime) / static_cast<double>(std::max<size_t>(turns, 1));
    std::printf("all: right within 1 s in %.1f %% of %zu turns\n", share * 100, turns);
    EXPECT_GE(share, 0.95);
  }
  static inline size_t turns = 0;
  static inline int inTime = 0;
};

TEST_P(Speech, TheRightPersonIsDominantWithinASecond) {
  const double minutes = minutesOfTalk();
  const Cast& cast = GetParam();
  for (const char* voice : cast.voices)
    ASSERT_FALSE(speak(voice, "Hello.").empty()) << "espeak-ng is missing; scripts/setup installs it";
  const Conversation talk = converse(cast, minutes);
  const Result result = listen(cast, talk);
  auto delays = result.delays;
  std::ranges::sort(delays);
  const double share = static_cast<double>(result.inTime) / static_cast<double>(talk.turns.size());
  std::printf(
      "%s: %.0f minutes, %zu turns, %d coughs: right within 1 s in %.1f %% (median %.2f s, worst %.2f s), "
      "%d wrong switches (%.2f a minute)\n",
      cast.name, minutes, talk.turns.size(), talk.coughs, share * 100, delays[delays.size() / 2],
      delays.back(), result.wrong, result.wrong / minutes);
  EXPECT_GE(share, 0.9);
  EXPECT_LE(result.wrong, minutes);
  turns += talk.turns.size();
  inTime += result.inTime;
}

INSTANTIATE_TEST_SUITE_P(, Speech, testing::Values(office, abroad, britain),
                         [](const auto& cast) { return cast.param.name; });

TEST(Levels, TheMixerHandsOutTheLevelOfEveryTick) {
  const RoomClock clock;
  AudioMixer mixer({}, clock);
  auto talker = std::make_shared<Talker>();
  mixer.add("a", talker, nullptr);
  size_t levels = 0;
  int64_t newest = 0;
  const uint64_t before = mixer.counters().ticks;
  while (mixer.counters().ticks < before + 30) {
    const auto recent = mixer.takeLevels();
    ASSERT_GE(recent.newest, newest);
    newest = recent.newest;
    for (const auto& person : recent.people) {
      levels += person.db.size();
      for (const float db : person.db)
        EXPECT_FLOAT_EQ(db, static_cast<float>(silenceLevel));
    }
    std::this_thread::yield();
  }
  levels += mixer.takeLevels().people.front().db.size();
  EXPECT_GE(levels, 30U);
  EXPECT_LE(levels, mixer.counters().ticks + 1);
}

}  // namespace
}  // namespace tributary
