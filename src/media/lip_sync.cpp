#include "media/lip_sync.h"

#include <algorithm>
#include <cstdlib>

namespace tributary {
namespace {

constexpr int64_t oneMs = 1'000'000;
constexpr int64_t second = 1'000'000'000;
constexpr int64_t window = second;
constexpr size_t judgedWindows = 3;
constexpr size_t mostLags = 250;   // in a window; more are a flood
constexpr size_t leastSounds = 2;  // with DTX a pause has a packet in 400 ms
constexpr size_t leastPictures = 3;
/// A picture waits for a canvas tick, half a frame of 40 ms.
constexpr int64_t pictureWaits = 20 * oneMs;
/// Sound may come 45 ms early (ITU-R BT.1359), and each ms of hold is one of delay: less than this is left.
constexpr int64_t noticed = 40 * oneMs;
/// A hold is changed when it is wrong by so much.
constexpr int64_t tooLittle = 15 * oneMs;
constexpr int64_t tooMuch = 40 * oneMs;

/// Leaves `values` in another order.
int64_t quantile(std::vector<int64_t>& values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

}  // namespace

void LipSync::Stream::begin(uint32_t newSsrc) {
  known = true;
  ssrc = newSsrc;
  reported.reset();
  lags.clear();
}

void LipSync::Stream::onReport(uint64_t ntp, uint32_t rtp) {
  const auto seconds = static_cast<int64_t>(ntp >> 32);
  const auto fraction = static_cast<int64_t>(ntp & 0xffffffffU);
  reported = seconds * second + ((fraction * second) >> 32);
  reportedAs = rtp;
}

void LipSync::Stream::add(uint32_t rtp, int64_t now) {
  if (!reported || lags.size() >= mostLags) return;
  const auto ticks = static_cast<int32_t>(rtp - reportedAs);
  lags.push_back(now - (*reported + ticks * second / rate));
}

void LipSync::setMost(int64_t most) {
  const std::lock_guard lock(mutex_);
  most_ = most;
}

void LipSync::onReport(uint32_t ssrc, uint64_t ntp, uint32_t rtp) {
  const std::lock_guard lock(mutex_);
  for (Stream* stream : {&sound_, &picture_}) {
    if (stream->known && stream->ssrc == ssrc) stream->onReport(ntp, rtp);
  }
}

void LipSync::onPicture(uint32_t ssrc, uint32_t rtp, int64_t now) {
  const std::lock_guard lock(mutex_);
  if (!picture_.known || picture_.ssrc != ssrc) picture_.begin(ssrc);
  picture_.add(rtp, now);
}

int64_t LipSync::onSound(uint32_t ssrc, uint32_t rtp, int64_t mixed) {
  const std::lock_guard lock(mutex_);
  if (!sound_.known || sound_.ssrc != ssrc) sound_.begin(ssrc);
  sound_.add(rtp, mixed);
  if (mixed - windowBegan_ >= window) {
    windowBegan_ = mixed;
    judge();
  }
  return std::min(hold_, most_);
}

std::optional<int64_t> LipSync::apart() {
  const std::lock_guard lock(mutex_);
  return apart_;
}

/// Of the window.
std::optional<int64_t> LipSync::lead() {
  if (sound_.lags.size() < leastSounds || picture_.lags.size() < leastPictures) return std::nullopt;
  const int64_t picture = quantile(picture_.lags, 0.5) + pictureWaits;
  const int64_t sound = quantile(sound_.lags, 0.5);
  return std::abs(picture - sound) < implausible ? std::optional(picture - sound) : std::nullopt;
}

void LipSync::judge() {
  const auto latest = lead();
  known_ = latest ? known_ + 1 : 0;
  leads_.push_back(latest.value_or(0));
  sound_.lags.clear();
  picture_.lags.clear();
  if (leads_.size() < judgedWindows) return;
  auto judged = leads_;
  leads_.erase(leads_.begin());
  const int64_t usual = quantile(judged, 0.5);
  apart_ = known_ >= judgedWindows - 1 ? std::optional(usual - std::min(hold_, most_)) : std::nullopt;
  const int64_t wanted = usual < noticed ? 0 : usual;
  const bool ends = usual <= 0;  // the camera is off too: a short hold is not to outlive its reason
  if (ends || hold_ == 0 || wanted > hold_ + tooLittle || wanted < hold_ - tooMuch) hold_ = wanted;
}

}  // namespace tributary
