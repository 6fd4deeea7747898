#include "media/recording_timeline.h"

#include <algorithm>
#include <cstdlib>

namespace tributary {
namespace {

constexpr int64_t soundTick = 20'000'000;  // ns
constexpr int64_t longestFill =
    60'000'000'000;  // ns; beyond that the clock has jumped, not the sound stopped
constexpr int64_t noticeableHole = 300'000'000;  // ns
constexpr int64_t shortestStep = 1'000'000;      // ns: Matroska's tick

/// 20 ms of nothing: a CELT frame, mono, full band, coded as silence.
const std::vector<uint8_t> silentPacket = {0xF8, 0xFF, 0xFE};

}  // namespace

void RecordingTimeline::add(RecordedPacket packet, const Sink& sink) {
  if (packet.packet.kind == MediaPacket::Kind::video && packet.packet.keyFrame) {
    // Of another encoder, which has made the same picture as the one before it: one is enough.
    while (!video_.empty() && video_.back().packet.time >= packet.packet.time)
      video_.pop_back();
  }
  (packet.packet.kind == MediaPacket::Kind::video ? video_ : audio_).push_back(std::move(packet));
  RecordedPacket next;
  while (takeNext(next, false))
    place(std::move(next), sink);
}

/// Sound comes at once, a picture when it is encoded: at the end some have none yet.
void RecordingTimeline::endWithPicture() {
  const int64_t end = video_.empty() ? lastVideo_ : video_.back().packet.time + video_.back().packet.duration;
  if (end < 0 || audio_.empty() || audio_.back().packet.time - end > patience) return;
  while (!audio_.empty() && audio_.back().packet.time >= end)
    audio_.pop_back();
}

void RecordingTimeline::drain(const Sink& sink) {
  endWithPicture();
  RecordedPacket next;
  while (takeNext(next, true))
    place(std::move(next), sink);
}

bool RecordingTimeline::takeNext(RecordedPacket& out, bool all) {
  if (video_.empty() && audio_.empty()) return false;
  std::deque<RecordedPacket>* from = video_.empty() ? &audio_ : &video_;
  if (!video_.empty() && !audio_.empty()) {
    if (audio_.front().packet.time < video_.front().packet.time) from = &audio_;
  } else if (!all && hasVideo_) {
    // The other stream may still have something earlier to say.
    if (from->back().packet.time - from->front().packet.time < patience) return false;
  }
  out = std::move(from->front());
  from->pop_front();
  return true;
}

void RecordingTimeline::place(RecordedPacket next, const Sink& sink) {
  if (pauseWanted_) {
    running_ = false;
    return;
  }
  if (!running_ && !beginWith(next)) return;
  if (next.packet.time < origin_) return;
  if (next.packet.kind == MediaPacket::Kind::video && next.packet.time <= lastGiven_)
    next.packet.time = lastGiven_ + shortestStep;
  noteHole(next);
  if (next.packet.kind == MediaPacket::Kind::audio) fillSound(next.packet.time, sink);
  give(next, sink);
}

bool RecordingTimeline::beginWith(const RecordedPacket& next) {
  const bool isVideo = next.packet.kind == MediaPacket::Kind::video;
  if (hasVideo_ ? !(isVideo && next.packet.keyFrame) : isVideo) return false;
  origin_ = next.packet.time - end_;
  running_ = true;
  started_ = true;
  nextSound_ = -1;
  lastVideo_ = -1;
  lastGiven_ = -1;
  soundStart_ = -1;
  soundCount_ = 0;
  return true;
}

void RecordingTimeline::noteHole(const RecordedPacket& next) {
  const bool isVideo = next.packet.kind == MediaPacket::Kind::video;
  const int64_t expected = isVideo ? lastVideo_ : nextSound_;
  const int64_t hole = expected >= 0 ? next.packet.time - expected : 0;
  if (hole > (next.afterLoss ? 0 : noticeableHole)) {
    gaps_.push_back({expected - origin_, next.packet.time - origin_, next.packet.kind});
  }
  if (!isVideo) return;
  if (expected >= 0 && next.packet.time > expected) {
    missing_ += static_cast<uint64_t>((next.packet.time - expected + next.packet.duration / 2) /
                                      next.packet.duration);
  }
  lastGiven_ = next.packet.time;
  lastVideo_ = next.packet.time + next.packet.duration;
}

void RecordingTimeline::fillSound(int64_t until, const Sink& sink) {
  if (nextSound_ >= 0 && until - nextSound_ < longestFill) {
    while (until - nextSound_ > soundTick * 3 / 4) {
      RecordedPacket silent;
      silent.packet = {MediaPacket::Kind::audio, nextSound_, soundTick, true, silentPacket};
      ++filled_;
      nextSound_ += soundTick;
      give(silent, sink);
    }
  }
  nextSound_ = until + soundTick;
}

void RecordingTimeline::give(RecordedPacket& next, const Sink& sink) {
  const bool isVideo = next.packet.kind == MediaPacket::Kind::video;
  next.packet.time -= origin_;
  end_ = std::max(end_, next.packet.time + next.packet.duration);
  if (!isVideo) {
    if (soundStart_ < 0) soundStart_ = next.packet.time;
    const int64_t skew = std::abs(next.packet.time - soundStart_ - soundCount_ * soundTick);
    worstSkew_ = std::max(worstSkew_, skew);
    ++soundCount_;
  }
  const bool keyFrame = isVideo && next.packet.keyFrame;
  sink({std::move(next.packet), keyFrame ? &next.video : nullptr});
}

}  // namespace tributary
