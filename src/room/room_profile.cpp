// Room: another profile while it runs.
#include "base/log.h"
#include "room/room.h"

namespace tributary {

Result<void> Room::reconfigure(const Json& params) {
  auto profile = parseRoomProfile(params);
  if (!profile) return tl::unexpected(profile.error());
  RoomSettings next = settings_;
  next.profile = std::move(*profile);
  auto changed = media_->reconfigure(mediaSettings(next));
  if (!changed) return changed;
  settings_ = std::move(next);
  rates_.reconfigure(rateSettings(settings_));
  applyCapacity();
  arrange();
  log::info("room.reconfigured", {{"width", settings_.profile.canvas.width},
                                  {"height", settings_.profile.canvas.height},
                                  {"framerate", settings_.profile.canvas.framerate}});
  return {};
}

}  // namespace tributary
