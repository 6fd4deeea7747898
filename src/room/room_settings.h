#pragma once

#include <chrono>
#include <string>

#include "config/pipeline_profile.h"
#include "glib/json.h"
#include "media/media_pipeline.h"
#include "room/layout_director.h"
#include "room/rate_controller.h"
#include "room/screen_shares.h"
#include "room/uplink_director.h"

namespace tributary {

struct RoomSettings {
  std::string room;
  PipelineProfile profile;
  std::string profilesDir;  ///< where the profile's pictures are
  int maxParticipants = 50;
  std::chrono::milliseconds departureTimeout{20'000};
  PeerSettings peer;
  ScreenSettings screen;
  bool saves = true;  ///< on purpose, when the machine has nothing left
};

/// `profile` of the parameters of `configure` and `reconfigure`, checked against the encoders there are. The
/// error lists every mistake.
Result<PipelineProfile> parseRoomProfile(const Json& params);

/// From the parameters of `configure` (docs/room-channel.md). The error lists every mistake in the profile.
Result<RoomSettings> parseRoomSettings(const Json& params);

/// What the profile means in terms of the media library.
MediaSettings mediaSettings(const RoomSettings& settings);

/// What it says of who gets which rendition.
RateSettings rateSettings(const RoomSettings& settings);

/// What the profile says of who is seen where.
LayoutPolicy layoutPolicy(const RoomSettings& settings);

/// What it lets clients share of their screens.
ScreenSettings screenSettings(const PipelineProfile::Screen& screen);

/// What it lets cameras send; never more frames than the canvas has.
UplinkLimits uplinkLimits(const RoomSettings& settings);

}  // namespace tributary
