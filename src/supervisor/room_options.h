#pragma once

#include <chrono>
#include <string>

#include "config/server_config.h"

namespace tributary {

/// What one room is like: the configuration's defaults, or what its creator asked for.
struct RoomOptions {
  std::string profile;
  std::string layout;  ///< in place of the profile's; empty: the profile's
  int maxParticipants = 0;
  std::chrono::milliseconds emptyTimeout{};
  std::chrono::milliseconds departureTimeout{};
  std::string metadata;  ///< the creator's own; never looked into

  static RoomOptions defaults(const ServerConfig& config) {
    return {config.rooms.profile,          "", config.limits.participantsPerRoom, config.rooms.emptyTimeout,
            config.rooms.departureTimeout, ""};
  }
};

}  // namespace tributary
