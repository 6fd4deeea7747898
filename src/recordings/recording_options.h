#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/error.h"
#include "config/pipeline_profile.h"
#include "glib/json.h"

namespace tributary {

/// How one recording is to be made: the profile's `recording`, with what the request wants otherwise on top.
struct RecordingOptions {
  std::string container = "webm";
  std::string codec;      ///< empty: the container's own, VP8 or H264
  std::string rendition;  ///< of the profile; empty: its first
  int ownHeight = 0;      ///< not 0: an encode of the recording's own
  int ownFramerate = 0;   ///< 0: the canvas's
  int ownBitrate = 3'000'000;
  std::map<std::string, PipelineProfile::Encoder> ownEncoders;  ///< by codec
  bool audioOnly = false;
  bool automatic = false;
  std::chrono::milliseconds maxDuration{4 * 3600 * 1000};
  int64_t maxBytes = 8192LL << 20;
  std::chrono::milliseconds partDuration{0};  ///< 0: one file
  std::string announcement = "none";          ///< or tone, banner, both
  bool mark = true;

  /// The parameters of `startRecording` (docs/room-channel.md).
  Json toRoom(const std::string& recordingId) const;
};

/// `request` is what somebody wants otherwise than the profile: {container?, codec?, audioOnly?,
/// maxDuration?, maxSize?, partDuration?} with seconds and MiB. Error badRequest naming the field and what
/// would be right. Pure.
Result<RecordingOptions> recordingOptions(const PipelineProfile::Recording& profile, const Json& request);

}  // namespace tributary
