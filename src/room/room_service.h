#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/unique_fd.h"
#include "ipc/channel.h"
#include "room/room.h"

namespace tributary {

/// The room process's end of the channel: makes the Room when told to and passes requests on. Thread: owner.
class RoomService {
 public:
  /// `onEnd` is called once: asked to stop, or the server is gone.
  RoomService(UniqueFd channel, std::function<void(const std::string& reason)> onEnd);
  ~RoomService();

  Room* room() { return room_.get(); }

 private:
  void handle(const std::string& method, const Json& params, Reply reply);
  Result<Json> configure(const Json& params);
  void end(const std::string& reason);

  std::function<void(const std::string&)> onEnd_;
  std::unique_ptr<Room> room_;
  std::unique_ptr<Channel> channel_;  ///< last: its handlers use all of the above
};

}  // namespace tributary
