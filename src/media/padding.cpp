#include "media/padding.h"

#include <algorithm>

#include "media/downlink.h"
#include "media/peer_output.h"
#include "media/resender.h"
#include "media/ticker.h"

namespace tributary {
namespace {

constexpr std::chrono::milliseconds interval{20};
constexpr double mostOwed = 20'000;  // bytes: what a busy machine did not send in time is not made up for

}  // namespace

Padding::Padding(Resender& resender, std::shared_ptr<PeerOutput> output)
    : resender_(resender), output_(std::move(output)) {}

bool Padding::possible() const {
  return resender_.active();
}

void Padding::setTarget(double bitrate) {
  target_ = bitrate;
  if (target_ <= 0 || !possible()) return timer_.stop();
  if (timer_.running()) return;
  owed_ = 0;
  sent_ = RateMeter(250'000'000);
  tickedAt_ = monotonicNow();
  timer_ = Timer::every(interval, [this] { tick(); });
}

void Padding::tick() {
  const int64_t now = monotonicNow();
  const auto video = output_->video();
  const auto audio = output_->audio();
  sent_.update(video.bytes + audio.bytes + (video.packets + audio.packets) * packetOverhead, now);
  owed_ += std::max(0.0, target_ - sent_.bitrate()) / 8 * static_cast<double>(now - tickedAt_) * 1e-9;
  owed_ = std::min(owed_, mostOwed);
  tickedAt_ = now;
  if (sent_.bitrate() > 0) send();
}

void Padding::send() {
  const auto recent = output_->recentVideo();
  if (recent.packets.empty()) return;
  for (; owed_ > 0; ++next_) {
    const auto& packet = recent.packets[next_ % recent.packets.size()];
    owed_ -= packet.bytes + packetOverhead;
    resender_.resend(packet.sequence);
  }
}

}  // namespace tributary
