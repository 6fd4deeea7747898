#pragma once

#include <memory>

#include "http/server.h"
#include "recordings/recordings.h"

namespace tributary {

/// Recordings over HTTP (docs/recording.md). Thread: owner.
class RecordingApi {
 public:
  /// Whether a caller may: asked for each route. None: everybody.
  using Guard = std::function<Result<void>(const http::Request&)>;

  /// Both outlive it.
  RecordingApi(Recordings& recordings, http::Server& http, Guard guard = {});

 private:
  void add(http::Server& http, const char* method, const char* pattern,
           void (RecordingApi::*handle)(const std::shared_ptr<http::Call>&), size_t maxBody = 0);
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
  Guard guard_;
};

}  // namespace tributary
