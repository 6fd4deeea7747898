#include "loadgen/stream_meter.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace tributary::load {
namespace {

constexpr double pictureClock = 90'000;  // nobody asks when sound is shown, or how many frames it has

}  // namespace

void FreezeMeter::begin(double at, double usual, double grace) {
  begun_ = true;
  beganAt_ = at;
  lastAt = at + grace;
  usual_ = usual;
}

void FreezeMeter::frame(double at) {
  constexpr size_t window = 30;
  if (!begun_) begin(at, usual_);
  if (frames == 0 && at <= lastAt) lastAt = at;  // the first, or what began within a pause of sound
  const double gap = at - lastAt;
  closeGap(at);
  lastAt = at;
  if (frames++ == 0) {
    firstAt = at;
    return;
  }
  recent_.push_back(gap);
  sum_ += gap;
  if (recent_.size() > window) {
    sum_ -= recent_.front();
    recent_.pop_front();
  }
}

void FreezeMeter::end(double at) {
  if (frames == 0) lastAt = beganAt_;
  if (begun_ && at > lastAt) closeGap(at);
}

void FreezeMeter::closeGap(double at) {
  constexpr double slack = 0.150;
  const double gap = at - lastAt;
  longestGap = std::max(longestGap, gap);
  const auto from = static_cast<size_t>(std::max(0.0, lastAt - beganAt_));
  const auto to = static_cast<size_t>(std::max(1.0, std::ceil(at - beganAt_)));
  if (to > gapBySecond.size()) gapBySecond.resize(to, 0);
  for (size_t second = from; second < to; ++second)
    gapBySecond[second] = std::max(gapBySecond[second], static_cast<float>(gap));
  const double mean = recent_.empty() ? usual_ : sum_ / static_cast<double>(recent_.size());
  if (gap < std::max(3 * mean, mean + slack)) return;
  ++freezes;
  frozenSeconds += gap;
}

void StreamMeter::begin(double at, double interval) {
  beganAt_ = at;
  interval_ = interval;
  // What a player holds back may be held back while measuring begins, and so may what it is shown by; see
  // end().
  const double grace = 2 * playout_;
  shown.begin(at, interval > 0 ? interval : FreezeMeter::unknownInterval, grace);
}

void StreamMeter::end(double at) {
  endedAt_ = at;
  shown.end(at);  // what came is shown until `playout_` later, and what has not may still come in time
}

void StreamMeter::packet(const Packet& packet) {
  if (lastSequence_) {
    const auto step = static_cast<int16_t>(packet.sequence - *lastSequence_);
    if (step <= 0) return;  // a duplicate, or so late that it was given up
    if (step > 1) {
      lost += static_cast<uint64_t>(step - 1);
      damaged_ = true;
    }
  }
  lastSequence_ = packet.sequence;
  ++packets;
  bytes += packet.bytes;
  if (packet.startsKeyFrame) {
    key_ = true;
    damaged_ = false;  // what is missing lies before it
    height_ = packet.height;
  }
  if (packet.marker) endFrame(packet);
}

void StreamMeter::endFrame(const Packet& last) {
  if (lastFrame_) {
    const uint32_t step = last.timestamp - *lastFrame_;
    ticks_ += step;
    ++steps_[step];
  }
  lastFrame_ = last.timestamp;
  if (key_) ++keyFrames;
  if (damaged_ && keyFramesKnown_) waitsForKey_ = true;
  if (key_ && !damaged_) {
    waitsForKey_ = false;
    if (height_ > 0 && (resizes.empty() || resizes.back().height != height_))
      resizes.push_back({last.at, height_});
  }
  if (damaged_ || waitsForKey_) {
    ++damagedFrames;
  } else {
    shown.frame(shownAt(last.at));
  }
  damaged_ = false;
  key_ = false;
}

double StreamMeter::shownAt(double at) {
  const double stamp = static_cast<double>(ticks_) / pictureClock;
  quickest_ = std::min(quickest_.value_or(at - stamp), at - stamp);
  return std::max(at, *quickest_ + stamp + playout_);
}

double SoundPauses::before(uint16_t sequence, uint32_t timestamp, bool marker) {
  constexpr uint32_t packet = 960;  // 20 ms at 48 kHz
  constexpr double clockRate = 48'000;
  constexpr uint32_t longest = 10 * 48'000;
  const uint32_t step = timestamp - lastTimestamp_;
  const bool next = lastSequence_ && sequence == static_cast<uint16_t>(*lastSequence_ + 1);
  if (marker && next && step > packet && step < longest) total_ += (step - packet) / clockRate;
  lastSequence_ = sequence;
  lastTimestamp_ = timestamp;
  return total_;
}

double StreamMeter::interval() const {
  if (interval_ > 0) return interval_;
  uint32_t commonest = 0;
  uint64_t most = 0;
  for (const auto& [step, count] : steps_) {
    if (count > most && step > 0) {
      most = count;
      commonest = step;
    }
  }
  return commonest / pictureClock;
}

uint64_t StreamMeter::expectedFrames() const {
  const double each = interval();
  if (each == 0) return 0;
  const double byStamps = lastFrame_ ? std::round(static_cast<double>(ticks_) / pictureClock / each) + 1 : 0;
  if (!endedAt_) return static_cast<uint64_t>(byStamps);
  const double byTime = (*endedAt_ - beganAt_) / each;
  const double least = std::max(0.0, std::floor(byTime - 1 - playout_ / each));
  const double most = std::max(0.0, std::ceil(byTime + 1 + playout_ / each));
  return static_cast<uint64_t>(std::clamp(byStamps, least, most));
}

namespace {

/// Where the frame's own header is in a payload that begins one; 0: it does not.
size_t vp8Frame(const uint8_t* p, size_t size) {  // RFC 7741, 4.2
  if (size < 1 || (p[0] & 0x1f) != 0x10) return 0;
  size_t at = 1;
  if ((p[0] & 0x80) != 0) {
    if (size < 2) return 0;
    const uint8_t x = p[at++];
    if ((x & 0x80) != 0) at += at < size && (p[at] & 0x80) != 0 ? 2 : 1;
    if ((x & 0x40) != 0) ++at;
    if ((x & 0x30) != 0) ++at;
  }
  return at < size ? at : 0;
}

bool vp8Key(const uint8_t* p, size_t size) {  // RFC 7741, 4.3
  const size_t at = vp8Frame(p, size);
  return at > 0 && (p[at] & 0x01) == 0;
}

bool h264Key(const uint8_t* p, size_t size) {  // RFC 6184, 5
  if (size < 2) return false;
  const int type = p[0] & 0x1f;
  if (type == 28) return (p[1] & 0x80) != 0 && (p[1] & 0x1f) == 5;
  if (type == 24) return size > 3 && ((p[3] & 0x1f) == 7 || (p[3] & 0x1f) == 5);
  return type == 5 || type == 7;
}

}  // namespace

int heightOfKeyFrame(const char* codec, const uint8_t* payload, size_t size) {
  if (std::string_view(codec) != "VP8" || !vp8Key(payload, size)) return 0;
  const size_t at = vp8Frame(payload, size);  // RFC 6386, 9.1: tag, start code, width, height
  return at + 10 <= size ? (payload[at + 9] << 8 | payload[at + 8]) & 0x3fff : 0;
}

bool startsKeyFrame(const char* codec, const uint8_t* payload, size_t size) {
  const std::string_view name = codec;
  if (name == "VP8") return vp8Key(payload, size);
  if (name == "H264") return h264Key(payload, size);
  // VP9 (RFC 9628, 4.2): begins a frame and is not predicted from another picture.
  return name == "VP9" && size > 0 && (payload[0] & 0x08) != 0 && (payload[0] & 0x40) == 0;
}

}  // namespace tributary::load
