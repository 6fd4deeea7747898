#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "glib/json.h"
#include "recordings/recording_options.h"

namespace tributary {

/// A room as its recording sees it. Thread: owner.
class RoomPort {
 public:
  virtual ~RoomPort() = default;
  /// `done` when the room's process takes requests; an error when it does not in time.
  virtual void whenRoomReady(std::function<void(const Result<void>&)> done) = 0;
  /// A request to the room's process; `fd` goes along. Error `internal` while it is not there.
  virtual void askRoom(const std::string& method, const Json& params, UniqueFd fd,
                       std::function<void(const Result<Json>&)> done) = 0;
  /// How the room's profile wants it recorded, with a request on top.
  virtual Result<RecordingOptions> recordingWish(const Json& request) = 0;
  /// A message to everybody in the room.
  virtual void tellRoom(const Json& message) = 0;
};

}  // namespace tributary
