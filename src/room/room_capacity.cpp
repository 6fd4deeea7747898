// Room: saving on purpose while the machine has nothing left.
#include <algorithm>

#include "base/log.h"
#include "media/ticker.h"
#include "room/room.h"

namespace tributary {
namespace {

constexpr int fewestTiles = 4;

double share(uint64_t part, uint64_t of) {
  return of > 0 ? static_cast<double>(part) / static_cast<double>(of) : 0;
}

}  // namespace

CapacityReading Room::measureCapacity() {
  const auto stats = media_->stats();
  const Work now{stats.video.rendered, stats.video.late, stats.framesArrived, stats.framesLate};
  const Work before = std::exchange(work_, now);
  // Late ticks that were drawn count twice; the threshold bears it.
  const uint64_t ticks = (now.rendered - before.rendered) + (now.late - before.late);
  return {1 - machine_.busyShare(), share(now.late - before.late, ticks),
          share(now.framesLate - before.framesLate, now.framesArrived - before.framesArrived)};
}

void Room::watchCapacity() {
  const auto reading = capacityReading_ = capacitySource_();
  if (!settings_.saves || !capacity_.observe(reading, monotonicNow())) return;
  if (capacity_.halvesTiles() && savedTiles_ == 0) {
    savedTiles_ = std::max(fewestTiles, static_cast<int>(arrangement_.tiles.size() + 1) / 2);
  }
  if (!capacity_.halvesTiles()) savedTiles_ = 0;
  log::warning("room.capacity", {{"level", capacity_.level()},
                                 {"idle", reading.idle},
                                 {"lateCanvas", reading.lateCanvas},
                                 {"lateFrames", reading.lateFrames}});
  applyCapacity();
  arrange();
  Json message = capacityJson();
  broadcast(message.set("type", "capacityChanged"));
}

void Room::applyCapacity() {
  media_->save({.frameDivisor = capacity_.halvesFrames() ? 2 : 1,
                .topRenditionOff = capacity_.leavesTopRenditionOut()});
  LayoutPolicy policy = layoutPolicy(settings_);
  if (savedTiles_ > 0) policy.maxTiles = std::min(policy.maxTiles, savedTiles_);
  director_.setPolicy(std::move(policy));
  UplinkLimits limits = uplinkLimits(settings_);
  if (capacity_.halvesFrames()) limits.maxFramerate = (limits.maxFramerate + 1) / 2;
  uplinks_.setLimits(limits);
}

Json Room::capacityJson() const {
  Json saved = Json::array();
  if (capacity_.halvesFrames()) saved.push("framerate");
  if (capacity_.leavesTopRenditionOut()) saved.push("rendition");
  if (capacity_.halvesTiles()) saved.push("tiles");
  return Json::object({{"level", capacity_.level()}, {"saved", saved}});
}

}  // namespace tributary
