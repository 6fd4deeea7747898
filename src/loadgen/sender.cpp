#include "loadgen/sender.h"

#include <gst/app/gstappsrc.h>

#include <algorithm>

#include "loadgen/face_painter.h"
#include "loadgen/timecode.h"
#include "media/opus_codec.h"
#include "media/ticker.h"

namespace tributary::load {
namespace {

constexpr int64_t second = 1'000'000'000;
constexpr uint32_t videoRate = 90'000;
constexpr size_t clockLoopSeconds = 2;

uint32_t rtpTime(int64_t due, uint32_t rate) {
  return static_cast<uint32_t>(due / 1000 * (rate / 1000) / 1000);
}

}  // namespace

Sender::Sender(Outlets outlets, std::shared_ptr<const Clip> clip, std::shared_ptr<const Voice> voice,
               double phase, const RoomClock& clock)
    : outlets_(std::move(outlets)),
      videoStream_(outlets_.videoPayloadType, outlets_.videoSsrc),
      audioStream_(outlets_.audioPayloadType, outlets_.audioSsrc),
      clock_(clock),
      clip_(std::move(clip)),
      voice_(std::move(voice)) {
  const int64_t now = monotonicNow();
  videoDue_ = now + static_cast<int64_t>(phase * 40'000'000);
  audioDue_ = now + static_cast<int64_t>(phase * static_cast<double>(audioTick));
  nextPacket_ = static_cast<size_t>(phase * static_cast<double>(voice_->packets.size()));
}

std::shared_ptr<const Clip> Sender::clip() const {
  const std::lock_guard lock(mutex_);
  return clip_;
}

void Sender::setClip(std::shared_ptr<const Clip> clip) {
  const std::lock_guard lock(mutex_);
  clip_ = std::move(clip);
  restart_ = true;
}

int64_t Sender::tick(int64_t now) {
  const int64_t interval = second / clip()->spec.framerate;
  // After a hole (a stopped machine) go on from now: a camera does not make up for missed frames.
  if (videoDue_ + 4 * interval < now) skipTo(now, interval, videoDue_, open_ && active_);
  if (audioDue_ + 10 * audioTick < now) skipTo(now, audioTick, audioDue_, open_);
  while (videoDue_ <= now) {
    if (open_ && active_) cameraFrame(videoDue_);
    videoDue_ += interval;
  }
  while (audioDue_ <= now) {
    if (open_) microphonePacket(audioDue_);
    audioDue_ += audioTick;
  }
  return std::min(videoDue_, audioDue_);
}

void Sender::skipTo(int64_t now, int64_t interval, int64_t& due, bool sending) {
  if (sending) skipped_ += static_cast<uint64_t>((now - due) / interval);
  due = now;
}

void Sender::cameraFrame(int64_t due) {
  const auto clip = this->clip();
  if (restart_.exchange(false) || nextFrame_ >= clip->frames.size()) nextFrame_ = 0;
  sendFrame(clip->frames[nextFrame_++], due);
}

void Sender::sendFrame(const CodedFrame& frame, int64_t due) {
  if (!open_ || frame.payloads.empty()) return;
  GstBufferList* list = gst_buffer_list_new_sized(static_cast<guint>(frame.payloads.size()));
  for (const auto& payload : frame.payloads) {
    GstBuffer* packet =
        videoStream_.packet(payload.get(), rtpTime(due, videoRate), &payload == &frame.payloads.back());
    GST_BUFFER_PTS(packet) = static_cast<GstClockTime>(clock_.runningTime(due));
    gst_buffer_list_add(list, packet);
  }
  gst_app_src_push_buffer_list(outlets_.video.get(), list);
}

void Sender::microphonePacket(int64_t due) {
  const VoicePacket& voice = voice_->packets[nextPacket_++ % voice_->packets.size()];
  if (voice.opus.size() <= dtxPacket) return;
  GstMemory* payload = gst_allocator_alloc(nullptr, voice.opus.size(), nullptr);
  GstMapInfo map;
  gst_memory_map(payload, &map, GST_MAP_WRITE);
  std::copy(voice.opus.begin(), voice.opus.end(), map.data);
  gst_memory_unmap(payload, &map);
  GstBuffer* packet = audioStream_.packet(payload, rtpTime(due, audioRate), false, voice.level);
  gst_memory_unref(payload);
  GST_BUFFER_PTS(packet) = static_cast<GstClockTime>(clock_.runningTime(due));
  gst_app_src_push_buffer(outlets_.audio.get(), packet);
}

Result<std::shared_ptr<ClockSender>> ClockSender::create(Outlets outlets, const CameraSpec& camera,
                                                         std::shared_ptr<const Voice> voice, double phase,
                                                         const RoomClock& clock) {
  auto clip = std::make_shared<Clip>();
  clip->spec = camera;
  std::shared_ptr<ClockSender> out(new ClockSender(std::move(outlets), clip, std::move(voice), phase, clock));
  for (size_t i = 0; i < clockLoopSeconds * static_cast<size_t>(camera.framerate); ++i) {
    out->loop_.push_back(paintFace(camera.person, static_cast<double>(i) / camera.framerate, clockLoopSeconds,
                                   camera.width, camera.height));
  }
  out->canvas_ = Picture::create(camera.width, camera.height);
  out->interval_ = second / camera.framerate;
  auto encoder = CameraEncoder::create(camera, [self = out.get()](const CodedFrame& frame, uint64_t number) {
    self->sendFrame(frame, static_cast<int64_t>(number) * self->interval_);
  });
  if (!encoder) return tl::unexpected(encoder.error());
  out->encoder_ = std::move(*encoder);
  return out;
}

std::optional<uint32_t> ClockSender::timecodeOf(uint32_t rtpTimestamp) const {
  const std::lock_guard lock(timecodesMutex_);
  const auto found = timecodes_.find(rtpTimestamp);
  if (found == timecodes_.end()) return std::nullopt;
  return found->second;
}

void ClockSender::cameraFrame(int64_t due) {
  constexpr size_t kept = 64;  // frames on their way to the socket
  const uint32_t timecode = static_cast<uint32_t>(monotonicNow() / 1'000'000) & timecodeMask;
  const auto number = static_cast<uint64_t>(due / interval_);
  copy(loop_[count_++ % loop_.size()]->view(), canvas_->view());
  paintTimecode(canvas_->view(), timecode);
  {
    const std::lock_guard lock(timecodesMutex_);
    timecodes_[rtpTime(static_cast<int64_t>(number) * interval_, videoRate)] = timecode;
    if (timecodes_.size() > kept) timecodes_.erase(timecodes_.begin());
  }
  encoder_->encode(canvas_->view(), number, true);
}

}  // namespace tributary::load
