#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/main_context.h"
#include "base/unique_fd.h"
#include "ipc/reply.h"
#include "media/media_pipeline.h"

namespace tributary {

/// The room's part of a recording: it feeds a Recorder and tells the server how it goes. Files, names and
/// the manifest are the server's (docs/room-channel.md, "Recording"). One at a time. Thread: owner.
class RoomRecording {
 public:
  /// `notify` sends the fields of a `recording` event. Both outlive it.
  RoomRecording(MediaPipeline& media, std::function<void(const Json& fields)> notify);
  ~RoomRecording();

  /// The requests startRecording, recordingPart, pauseRecording, resumeRecording and stopRecording.
  /// startRecording is answered when the first packet is on its way to `file`.
  void handle(const std::string& method, const Json& params, UniqueFd file, Reply reply);

  /// A message that goes to everybody: what the manifest wants of it is passed on, with its time.
  void observe(const Json& message);
  bool active() const { return recorder_ != nullptr; }

 private:
  void start(const Json& params, UniqueFd file, Reply reply);
  Result<void> feed(const Json& params);
  void stop(Reply reply);
  void failed(const std::string& reason);
  void sendProgress();
  void notify(const char* kind, Json fields);
  void release();

  MediaPipeline& media_;
  std::function<void(const Json& fields)> notify_;
  std::string id_;
  std::shared_ptr<Recorder> recorder_;
  std::shared_ptr<Reply> starting_;
  Timer progress_;
  Timer keyFrames_;
};

}  // namespace tributary
