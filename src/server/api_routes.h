#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "http/server.h"
#include "server/api_access.h"

namespace tributary {

/// Adds routes of the API to the server: each with its grant. A `{room}` in a path must be a room's name, or
/// the call is `notFound` before a handler sees it. Thread: owner.
class ApiRoutes {
 public:
  using Handler = std::function<void(const std::shared_ptr<http::Call>&)>;

  /// The longest body of a call: settings of a room with its metadata.
  static constexpr size_t bodyBytes = 16 * 1024;

  /// Both outlive the server's calls.
  ApiRoutes(http::Server& server, const ApiAccess& access) : server_(server), access_(access) {}

  void get(const std::string& pattern, Grant grant, Handler handler) {
    add("GET", pattern, grant, std::move(handler), 0);
  }
  void post(const std::string& pattern, Grant grant, Handler handler) {
    add("POST", pattern, grant, std::move(handler), bodyBytes);
  }
  void put(const std::string& pattern, Grant grant, Handler handler) {
    add("PUT", pattern, grant, std::move(handler), bodyBytes);
  }
  void patch(const std::string& pattern, Grant grant, Handler handler) {
    add("PATCH", pattern, grant, std::move(handler), bodyBytes);
  }
  void remove(const std::string& pattern, Grant grant, Handler handler) {
    add("DELETE", pattern, grant, std::move(handler), 0);
  }

 private:
  void add(const char* method, const std::string& pattern, Grant grant, Handler handler, size_t maxBody);

  http::Server& server_;
  const ApiAccess& access_;
};

}  // namespace tributary
