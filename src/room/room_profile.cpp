// Room: another profile while it runs.
#include <utility>

#include "base/log.h"
#include "room/room.h"

namespace tributary {

void Room::steerScreens(const Json& featuresBefore) {
  const ScreenSettings before = std::exchange(settings_.screen, screenSettings(settings_.profile.screen));
  for (const auto& identity : screens_.setSettings(settings_.screen))
    endShare(identity, "notAllowed");
  const Json features = featuresJson();
  if (features.dump() == featuresBefore.dump()) return;
  broadcast(Json::object({{"type", "featuresChanged"}, {"features", features}}));
  if (settings_.screen == before || settings_.screen.sharers == 0) return;
  broadcast(Json::object({{"type", "requestVideo"},
                          {"source", "screen"},
                          {"active", true},
                          {"maxWidth", settings_.screen.maxWidth},
                          {"maxHeight", settings_.screen.maxHeight},
                          {"maxFramerate", settings_.screen.maxFramerate},
                          {"maxBitrate", settings_.screen.maxBitrate}}));
}

Result<void> Room::reconfigure(const Json& params) {
  auto profile = parseRoomProfile(params);
  if (!profile) return tl::unexpected(profile.error());
  RoomSettings next = settings_;
  next.profile = std::move(*profile);
  auto changed = media_->reconfigure(mediaSettings(next));
  if (!changed) return changed;
  const Json featuresBefore = featuresJson();
  settings_ = std::move(next);
  rates_.reconfigure(rateSettings(settings_));
  applyCapacity();
  for (const auto& person : people_)
    applyMutes(*person);
  steerScreens(featuresBefore);
  arrange();
  log::info("room.reconfigured", {{"width", settings_.profile.canvas.width},
                                  {"height", settings_.profile.canvas.height},
                                  {"framerate", settings_.profile.canvas.framerate}});
  return {};
}

}  // namespace tributary
