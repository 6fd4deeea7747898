#include "room/speaker_detector.h"

#include <algorithm>
#include <cmath>

namespace tributary {
namespace {

// Levels: quieter than this is no speech, however quiet the room; speech is this far above the noise.
constexpr double quietest = -55;  // dBFS
constexpr double aboveNoise = 9;  // dB
constexpr double loudestNoise = -30;
constexpr double silence = -100;
constexpr int64_t floorWindow = 2'000'000'000;
constexpr double floorRise = 6;  // dB a window

// The three spans. Immediate: the level in 13 classes of 3 dB; the paper has 13 sub-bands. Medium: 5 steps
// of 20 ms. Long: 10 mediums of 100 ms.
constexpr int immediateClasses = 13;
constexpr double immediateClassDb = 3;
constexpr size_t immediateSteps = 3;  // steps may come a little late
constexpr int mediumSteps = 5;
constexpr int mediums = static_cast<int>(SpeakerDetector::stepsKept) / mediumSteps;
constexpr int activeMedium = 3;  // steps of 5

// λ of the exponential distribution of activity without speech, as in Volfin & Cohen, section 3.
constexpr double immediateLambda = 0.78;
constexpr double mediumLambda = 24;
constexpr double longLambda = 47;
constexpr double leastScore = 1e-10;

// By how much, as a logarithm, a newcomer must be ahead: immediate, medium.
constexpr double immediateLead = 3;
constexpr double mediumLead = 2;
// And in the last second: half of it speech, which no cough is, and more of it than the dominant one has.
constexpr int leastActive = 5;
constexpr int activeLead = 1;

// A voice is shown as speaking from this much of the last second on, and kept over pauses between words.
constexpr int speakingFrom = 4;
constexpr int64_t speakingHold = 800'000'000;

/// log of (the likelihood of `value` active ones of `of` under speech, over that without).
double activityScore(int value, int of, double lambda) {
  const double choose = std::lgamma(of + 1.0) - std::lgamma(value + 1.0) - std::lgamma(of - value + 1.0);
  const double score = choose + of * std::log(0.5) - std::log(lambda) + lambda * value;
  return std::max(score, leastScore);
}

double speechThreshold(double floor) {
  return std::max(quietest, std::min(floor, loudestNoise) + aboveNoise);
}

}  // namespace

void SpeakerDetector::level(const std::string& identity, double db, int64_t now) {
  const auto [entry, isNew] = people_.try_emplace(identity);
  Person& person = entry->second;
  if (isNew) person.stepOf.fill(-1);
  const int64_t index = now / step;
  const size_t slot = static_cast<size_t>(index) % stepsKept;
  if (person.stepOf[slot] != index) person.levels[slot] = silence;
  person.stepOf[slot] = index;
  person.levels[slot] = std::max(person.levels[slot], db);
  learnFloor(person, db, now);
}

/// Down at once, up slowly: what is never undercut for two seconds is noise.
void SpeakerDetector::learnFloor(Person& person, double db, int64_t now) {
  if (person.floorJudged == 0) {
    person.floor = person.lowest = db;
    person.floorJudged = now;
  }
  person.lowest = std::min(person.lowest, db);
  person.floor = std::min(person.floor, db);
  if (now - person.floorJudged < floorWindow) return;
  person.floor = std::min(person.lowest, person.floor + floorRise);
  person.lowest = db;
  person.floorJudged = now;
}

void SpeakerDetector::remove(const std::string& identity) {
  people_.erase(identity);
  if (dominant_ == identity) dominant_.clear();
}

void SpeakerDetector::score(Person& person, int64_t now) {
  const double threshold = speechThreshold(person.floor);
  const auto levelAt = [&](int64_t index) {
    const size_t slot = static_cast<size_t>(std::max<int64_t>(index, 0)) % stepsKept;
    return person.stepOf[slot] == index ? person.levels[slot] : silence;
  };
  const int64_t newest = now / step;
  double loudest = silence;
  int latestMedium = 0;
  person.active = 0;
  for (int m = 0; m < mediums; ++m) {
    int steps = 0;
    for (int i = m * mediumSteps; i < (m + 1) * mediumSteps; ++i) {
      const double db = levelAt(newest - i);
      if (i < static_cast<int>(immediateSteps)) loudest = std::max(loudest, db);
      if (db > threshold) ++steps;
    }
    if (m == 0) latestMedium = steps;
    if (steps >= activeMedium) ++person.active;
  }
  const int immediate =
      std::clamp(static_cast<int>((loudest - threshold) / immediateClassDb + 1), 0, immediateClasses);
  person.scores = {activityScore(loudest > threshold ? immediate : 0, immediateClasses, immediateLambda),
                   activityScore(latestMedium, mediumSteps, mediumLambda),
                   activityScore(person.active, mediums, longLambda)};
}

bool SpeakerDetector::speaksNow(Person& person, int64_t now) {
  if (person.active >= (person.speaks ? 1 : speakingFrom)) person.lastActive = now;
  return person.lastActive > 0 && now - person.lastActive < speakingHold;
}

const SpeakerDetector::Person* SpeakerDetector::find(const std::string& identity) const {
  const auto found = people_.find(identity);
  return found != people_.end() ? &found->second : nullptr;
}

void SpeakerDetector::decide(int64_t now) {
  for (auto& [identity, person] : people_) {
    score(person, now);
    person.speaks = speaksNow(person, now);
  }
  const Person* holder = find(dominant_);
  const Scores held = holder != nullptr ? holder->scores : Scores{leastScore, leastScore, leastScore};
  const int heldActive = holder != nullptr ? holder->active : 0;
  double most = 0;
  const std::string* next = nullptr;
  for (const auto& [identity, person] : people_) {
    if (&person == holder || person.active < std::max(leastActive, heldActive + activeLead)) continue;
    const double medium = std::log(person.scores.medium / held.medium);
    if (std::log(person.scores.immediate / held.immediate) <= immediateLead || medium <= mediumLead) continue;
    const double lead = std::log(person.scores.longTerm / held.longTerm);
    if (lead <= most) continue;
    most = lead;
    next = &identity;
  }
  if (next != nullptr) dominant_ = *next;
}

std::vector<std::string> SpeakerDetector::speaking() const {
  std::vector<std::pair<int, std::string>> found;
  for (const auto& [identity, person] : people_) {
    if (person.speaks) found.emplace_back(identity == dominant_ ? mediums + 1 : person.active, identity);
  }
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> out;
  out.reserve(found.size());
  for (auto& [active, identity] : found)
    out.push_back(std::move(identity));
  return out;
}

}  // namespace tributary
