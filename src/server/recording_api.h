#pragma once

#include <memory>

#include "recordings/recordings.h"
#include "server/api_routes.h"

namespace tributary {

/// Recordings over HTTP (docs/recording.md). Thread: owner.
class RecordingApi {
 public:
  /// `recordings` outlives it, and it outlives the server's calls.
  RecordingApi(Recordings& recordings, ApiRoutes& routes);

 private:
  void list(const std::shared_ptr<http::Call>& call);
  void listOfRoom(const std::shared_ptr<http::Call>& call);
  void start(const std::shared_ptr<http::Call>& call);
  void show(const std::shared_ptr<http::Call>& call);
  void remove(const std::shared_ptr<http::Call>& call);
  void stop(const std::shared_ptr<http::Call>& call);
  void pause(const std::shared_ptr<http::Call>& call);
  void resume(const std::shared_ptr<http::Call>& call);
  void sendFile(const std::shared_ptr<http::Call>& call);

  Recordings& recordings_;
};

}  // namespace tributary
