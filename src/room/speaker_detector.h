#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tributary {

/// Who talks: after I. Volfin and I. Cohen, "Dominant speaker identification for multipoint
/// videoconferencing", Computer Speech & Language 27 (2013). Speech activity is scored over three time
/// spans (20 ms, 100 ms, 1 s); somebody takes over only when ahead of the dominant speaker in all three, so
/// that coughs, clicks and a word thrown in do not. Whoever talked last stays dominant through silence.
///
/// Levels may come from any source: decoded sound or the RTP extension of RFC 6464. Each person's own noise
/// is learnt and taken off.
///
/// Thread: one; no clock of its own. Times are nanoseconds of any one monotonic clock.
class SpeakerDetector {
 public:
  /// The time that one level stands for, and the span that is looked at.
  static constexpr int64_t step = 20'000'000;
  static constexpr size_t stepsKept = 50;

  /// Somebody's sound was this loud at `now`: dBFS, 0 is full scale. About one every 20 ms; the loudest of a
  /// step counts, and where none comes (a muted microphone, DTX) it is silence.
  void level(const std::string& identity, double db, int64_t now);
  void remove(const std::string& identity);

  /// Weighs what has come up to `now`. Cheap; every 100 ms or so.
  void decide(int64_t now);

  /// Who talks, or talked last; empty before anybody has.
  const std::string& dominant() const { return dominant_; }
  /// Those whose voice is heard at the moment, the dominant one first, then the most active.
  std::vector<std::string> speaking() const;

 private:
  struct Scores {
    double immediate = 0;
    double medium = 0;
    double longTerm = 0;
  };

  struct Person {
    std::array<int64_t, stepsKept> stepOf{};  ///< which step the level belongs to
    std::array<double, stepsKept> levels{};   ///< dBFS
    double floor = 0;                         ///< the noise, dBFS; 0 is not known yet
    double lowest = 0;                        ///< of the window being judged
    int64_t floorJudged = 0;                  ///< when that window began
    int active = 0;                           ///< of the last ten 100 ms, how many held speech
    int64_t lastActive = 0;                   ///< when `active` was last enough to speak
    bool speaks = false;
    Scores scores;
  };

  void learnFloor(Person& person, double db, int64_t now);
  static void score(Person& person, int64_t now);
  static bool speaksNow(Person& person, int64_t now);
  const Person* find(const std::string& identity) const;

  std::map<std::string, Person> people_;
  std::string dominant_;
};

}  // namespace tributary
