#include "media/talker.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "media/time_stretch.h"

namespace tributary {
namespace {

constexpr size_t ms(size_t milliseconds) {
  return milliseconds * audioRate / 1000;
}

constexpr size_t shortestTarget = ms(30);
constexpr size_t mostTarget = ms(160);    // beside what is held
constexpr size_t mostBuffered = ms(400);  // likewise; beyond this it is old news, whatever the reason
constexpr size_t mostKept = ms(60);
constexpr size_t mostWaiting = 24;       // packets behind one that is missing
constexpr int mostMisordered = 100;      // RFC 3550, A.1: MAX_MISORDER
constexpr int toldTicks = 4;             // a level holds as long as the longest packets last, and a little
constexpr int judgedPulls = 100;         // two seconds
constexpr int hurriedPulls = 10;         // a stretch of one in twenty
constexpr int64_t pausing = 50'000'000;  // ns without a packet: nothing has been said for the last of them
// Periods of voices (100 Hz to 400 Hz), so that a repeated one joins well.
constexpr size_t leastAdded = ms(3);
constexpr size_t mostAdded = ms(10);
constexpr size_t mostDropped = ms(20);
constexpr size_t slack = ms(5);     // how far a clock may drift before something is done about it
constexpr int concealedPulls = 3;   // Opus fades its concealment out by then
constexpr uint16_t repairable = 5;  // packets; more is silence, not loss

}  // namespace

Talker::Talker(std::function<int64_t()> clock) : clock_(std::move(clock)), target_(shortestTarget) {
  samples_.reserve(mostBuffered * 2);
}

void Talker::push(uint16_t sequence, std::span<const uint8_t> opus, std::optional<double> level) {
  const std::lock_guard lock(mutex_);
  if (!started_) expected_ = sequence;
  started_ = true;
  noteArrival();
  if (isLate(sequence) || !waiting_.insert(sequence, opus)) return;
  tells_ = level.has_value();
  if (!level && overheard_) level = meter_.hear(opus);
  if (level) hear(*level);
  ++counters_.packets;
  if (overheard_) return keepNewest();
  if (playing_ && sequence == expected_) judgeArrival();
  decodeInOrder();
  if (waiting_.size() > mostWaiting) skipMissing();
}

void Talker::noteArrival() {
  const int64_t now = clock_();
  if (!playing_ && (samples_.empty() || now - lastPush_ > pausing)) gatheringSince_ = now;
  lastPush_ = now;
}

/// A word that is shorter than what is to be in hand, and then a pause, in which next to nothing is sent.
bool Talker::isDue(size_t enough) const {
  const int64_t now = clock_();
  const auto wait = static_cast<int64_t>(enough) * audioTick / audioFrame;
  return now - gatheringSince_ >= wait && now - lastPush_ > pausing &&
         samples_.size() + samplesWaiting() > audioFrame;
}

/// RFC 3550, A.1: of a sender that has started anew, two in a row are believed.
bool Talker::isLate(uint16_t sequence) {
  const int behind = -static_cast<int16_t>(sequence - expected_);
  if (behind <= 0) return false;
  if (static_cast<uint16_t>(sequence - skippedFrom_) < skipped_) leastSlack_ = 0;
  if (behind <= mostMisordered) return true;
  const bool anew = restart_ == sequence;
  restart_ = static_cast<uint16_t>(sequence + 1);
  if (!anew) return true;
  waiting_.clear();
  expected_ = sequence;
  skipped_ = 0;
  return false;
}

void Talker::hear(double level) {
  told_ = untold_ > 0 ? level : std::max(told_, level);
  untold_ = 0;
}

/// How many are missing before that one, which goes next.
uint16_t Talker::goOnAt(uint16_t sequence) {
  const auto missing = static_cast<uint16_t>(sequence - expected_);
  counters_.lost += missing;
  if (missing > 0) {
    skippedFrom_ = expected_;
    skipped_ = missing;
  }
  expected_ = static_cast<uint16_t>(sequence + 1);
  return missing;
}

void Talker::decodeNext() {
  const auto packet = waiting_.take();
  repair(goOnAt(packet.sequence), packet.payload);
  ++counters_.decoded;
  decoder_.decode(packet.payload, samples_);
  bound();
}

void Talker::decodeInOrder() {
  while (!waiting_.empty() && waiting_.front().sequence == expected_)
    decodeNext();
}

void Talker::skipMissing() {
  decodeNext();
  decodeInOrder();
}

size_t Talker::samplesWaiting() const {
  size_t out = 0;
  for (const auto& packet : waiting_)
    out += opusDuration(packet.payload);
  return out;
}

void Talker::keepNewest() {
  while (waiting_.size() > 1 && (waiting_.size() > mostKept / ms(10) || samplesWaiting() > mostKept))
    goOnAt(waiting_.take().sequence);
}

/// The beginning of a word, not what was said before a pause, or before somebody was muted.
void Talker::decodeKept() {
  const bool old = clock_() - lastPush_ > pausing;
  overheard_ = false;
  decoder_.reset();
  while (!waiting_.empty()) {
    if (old)
      goOnAt(waiting_.take().sequence);
    else
      decodeNext();
  }
}

double Talker::levelOfTick() {
  return untold_++ < toldTicks ? std::max(told_, silenceLevel) : silenceLevel;
}

std::optional<double> Talker::toldLevel() {
  const std::lock_guard lock(mutex_);
  if (!tells_) return std::nullopt;
  return levelOfTick();
}

double Talker::overhear() {
  const std::lock_guard lock(mutex_);
  if (!overheard_) beginToOverhear();
  return levelOfTick();
}

void Talker::beginToOverhear() {
  startAfresh();
  overheard_ = true;
  meter_.reset();
  if (!tells_) told_ = silenceLevel;  // what the meter said when it was last asked
}

void Talker::repair(uint16_t missing, std::span<const uint8_t> next) {
  if (missing == 0 || missing > repairable || !playing_) return;
  for (uint16_t i = 0; i + 1 < missing; ++i)
    decoder_.decodeLost({}, samples_);
  decoder_.decodeLost(next, samples_);
}

void Talker::hold(int64_t nanoseconds) {
  const std::lock_guard lock(mutex_);
  const auto held =
      static_cast<size_t>(std::clamp<int64_t>(nanoseconds, 0, mostHeld) / 1000 * audioRate / 1'000'000);
  if (held == held_) return;
  if (playing_) owed_ += static_cast<ptrdiff_t>(held) - static_cast<ptrdiff_t>(held_);
  target_ = target_ - held_ + held;
  held_ = held;
}

int64_t Talker::wait() const {
  constexpr int64_t block = 1'000'000'000LL * audioFrame / audioRate;
  const std::lock_guard lock(mutex_);
  if (!playing_) return 1'000'000'000LL * static_cast<int64_t>(shortestTarget) / audioRate / 2;
  const int64_t nextPull = std::clamp<int64_t>(lastPull_ + block - clock_(), 0, block);
  const auto held = static_cast<int64_t>(held_) - owed_;
  const int64_t inHand = std::max<int64_t>(0, static_cast<int64_t>(samples_.size()) - held);
  return nextPull + inHand * 1'000'000'000 / audioRate;
}

/// What a hold has added is known, and jitter, by which adapt() goes, says nothing of it.
void Talker::settle() {
  window_ = 0;
  leastSlack_ = unjudged;
  if (owed_ > 0) {
    const size_t added = stretch::lengthen(samples_, leastAdded, mostAdded);
    counters_.addedSamples += added;
    owed_ -= static_cast<ptrdiff_t>(added);
  } else if (samples_.size() >= 2 * audioFrame) {
    const size_t dropped = stretch::shorten(samples_, leastAdded, mostAdded);
    counters_.droppedSamples += dropped;
    owed_ += static_cast<ptrdiff_t>(dropped);
  } else {
    owed_ = 0;  // it has run dry: there is nothing left of what was added
  }
  if (std::abs(owed_) < static_cast<ptrdiff_t>(leastAdded)) owed_ = 0;
}

size_t Talker::leastTarget() const {
  return shortestTarget + held_;
}

void Talker::bound() {
  if (samples_.size() <= mostBuffered + held_) return;
  const size_t most = samples_.size() - target_ - ms(20);
  counters_.droppedSamples += stretch::shorten(samples_, most - slack, most);
}

void Talker::pull(AudioBlock& out) {
  const std::lock_guard lock(mutex_);
  if (overheard_) decodeKept();
  size_t enough = playing_ ? audioFrame : target_ + audioFrame / 2;
  if (!playing_ && isDue(enough)) enough = audioFrame;
  if (playing_ || samples_.size() + samplesWaiting() >= enough) {
    while (samples_.size() < enough && !waiting_.empty())
      skipMissing();
  }
  if (!playing_ && samples_.size() >= enough) {
    playing_ = true;
    window_ = 0;
    leastSlack_ = unjudged;
  }
  lastPull_ = clock_();
  if (!playing_ || samples_.size() < audioFrame) return underflow(out);
  if (owed_ != 0 && window_ >= hurriedPulls) settle();
  if (window_ >= judgedPulls) adapt();
  std::copy_n(samples_.begin(), audioFrame, out.begin());
  samples_.erase(samples_.begin(), samples_.begin() + audioFrame);
  concealed_ = 0;
  ++window_;
}

void Talker::underflow(AudioBlock& out) {
  out.fill(0);
  if (!playing_) return;
  if (concealed_ == 0) target_ = std::min(target_ + ms(20), mostTarget + held_);
  if (++concealed_ > concealedPulls) {
    // The person has stopped sending: start afresh when they are back.
    return startAfresh();
  }
  const size_t have = samples_.size();
  const size_t missing = (audioFrame - have + 119) / 120 * 120;  // Opus conceals in steps of 2.5 ms
  decoder_.conceal(static_cast<int>(missing), samples_);
  counters_.concealedSamples += missing;
  const size_t got = std::min<size_t>(samples_.size(), audioFrame);
  std::copy_n(samples_.begin(), got, out.begin());
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<ptrdiff_t>(got));
}

void Talker::startAfresh() {
  playing_ = false;
  concealed_ = 0;
  samples_.clear();
  target_ = leastTarget();
  owed_ = 0;
}

/// How long before its deadline this packet has come: the pull() that takes what is beyond the whole blocks
/// in hand. What is left over of a block (`rest` in adapt()) is delay that no packet gains by.
void Talker::judgeArrival() {
  const int64_t sincePull = (clock_() - lastPull_) * (audioRate / 1000) / 1'000'000;
  const auto elapsed = static_cast<size_t>(std::clamp<int64_t>(sincePull, 0, audioFrame));
  const size_t whole = samples_.size() / audioFrame * audioFrame;
  leastSlack_ = std::min(leastSlack_, whole + audioFrame - elapsed);
}

/// Leaves a block to be pulled: what there was a second ago need not be there now.
void Talker::adapt() {
  const size_t leastSlack = std::exchange(leastSlack_, unjudged);
  window_ = 0;
  if (leastSlack == unjudged) return;
  const size_t wanted = slack + target_ - shortestTarget;
  const size_t rest = samples_.size() % audioFrame;
  const bool early = leastSlack > wanted + audioFrame + slack && samples_.size() >= 2 * audioFrame;
  if (leastSlack < wanted) {
    counters_.addedSamples += stretch::lengthen(samples_, leastAdded, mostAdded);
  } else if (early) {
    counters_.droppedSamples += stretch::shorten(samples_, rest + ms(1), rest + slack);
  } else if (rest > mostAdded) {
    counters_.droppedSamples += stretch::shorten(samples_, rest - slack, rest - ms(1));
  }
  if (target_ > leastTarget()) target_ -= std::min(ms(5), target_ - leastTarget());
}

Talker::Counters Talker::counters() const {
  const std::lock_guard lock(mutex_);
  Counters out = counters_;
  out.bufferedMs = static_cast<int>(samples_.size() * 1000 / audioRate);
  out.heldMs = static_cast<int>(held_ * 1000 / audioRate);
  return out;
}

}  // namespace tributary
