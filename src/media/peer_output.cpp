#include "media/peer_output.h"

#include <gst/gst.h>

#include "media/ticker.h"

namespace tributary {

void PeerOutput::setVideo(Stream stream) {
  const std::lock_guard lock(mutex_);
  video_ = std::move(stream);
}

void PeerOutput::setAudio(Stream stream) {
  const std::lock_guard lock(mutex_);
  audio_ = std::move(stream);
}

void PeerOutput::open() {
  const std::lock_guard lock(mutex_);
  open_ = !closed_;
}

void PeerOutput::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  open_ = false;
  if (video_) video_->out->close();
  if (audio_) audio_->out->close();
  video_.reset();
  audio_.reset();
}

bool PeerOutput::isOpen() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

bool PeerOutput::expectVideo(uint64_t source, bool mute) {
  const std::lock_guard lock(mutex_);
  expectedSource_ = source;
  muted_ = mute && source != videoSource_;
  apart_ = apart_ || muted_;
  return source != videoSource_ || apart_;
}

void PeerOutput::muteVideo() {
  const std::lock_guard lock(mutex_);
  expectedSource_ = 0;
  muted_ = true;
  apart_ = true;
}

void PeerOutput::leaveVideo(uint64_t source) {
  const std::lock_guard lock(mutex_);
  if (source == 0) expectedSource_ = 0;
  if (source == 0 || source == videoSource_) apart_ = true;
}

bool PeerOutput::isPast(uint16_t sequence) const {
  constexpr int64_t asked = 3'000'000'000;  // ns: nobody asks for what is older, and numbers come round
  const std::lock_guard lock(mutex_);
  if (muted_) return true;
  const bool before = static_cast<int16_t>(sequence - firstSequence_) < 0;
  return before && switchedAt_ > 0 && monotonicNow() - switchedAt_ < asked;
}

uint64_t PeerOutput::videoSource() const {
  const std::lock_guard lock(mutex_);
  return videoSource_;
}

/// Goes on with the numbers of what was sent last.
void PeerOutput::begin(uint64_t source) {
  if (videoSource_ != 0) {
    firstSequence_ = video_->rewriter.nextSequence();
    switchedAt_ = monotonicNow();
  }
  videoSource_ = source;
  muted_ = false;
  apart_ = false;
  video_->rewriter.sourceChanged();
}

void PeerOutput::sendVideo(GstBufferList* packets, uint64_t source, bool keyFrame) {
  const std::lock_guard lock(mutex_);
  if (!open_ || !video_) return;
  if (source != videoSource_ || apart_) {
    if (!keyFrame || source != expectedSource_) return;
    begin(source);
  }
  const guint count = gst_buffer_list_length(packets);
  GstBufferList* out = gst_buffer_list_new_sized(count);
  for (guint i = 0; i < count; ++i) {
    if (keyFrame && i + 1 == count) video_->rewriter.markColourSpace();
    GstBuffer* packet = video_->rewriter.rewrite(gst_buffer_list_get(packets, i));
    if (packet == nullptr) continue;
    videoCounters_.bytes += gst_buffer_get_size(packet);
    ++videoCounters_.packets;
    gst_buffer_list_add(out, packet);
  }
  video_->out->push(out);
}

void PeerOutput::sendAudio(GstBuffer* packet, const void* source) {
  const std::lock_guard lock(mutex_);
  if (!open_ || !audio_) return;
  if (source != audioSource_) {
    audioSource_ = source;
    audio_->rewriter.sourceChanged();
  }
  GstBuffer* out = audio_->rewriter.rewrite(packet);
  if (out == nullptr) return;
  audioCounters_.bytes += gst_buffer_get_size(out);
  ++audioCounters_.packets;
  audio_->out->push(out);
}

PeerOutput::RecentVideo PeerOutput::recentVideo() const {
  const std::lock_guard lock(mutex_);
  if (!video_) return {};
  const auto& recent = video_->rewriter.recent();
  return {video_->rewriter.ssrc(), {recent.begin(), recent.end()}};
}

PeerOutput::Counters PeerOutput::video() const {
  const std::lock_guard lock(mutex_);
  return videoCounters_;
}

PeerOutput::Counters PeerOutput::audio() const {
  const std::lock_guard lock(mutex_);
  return audioCounters_;
}

}  // namespace tributary
