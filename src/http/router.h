#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/request.h"

namespace tributary::http {

class Call;

/// One thing that can be asked of the server.
struct Route {
  /// "GET" answers HEAD too.
  std::string method;
  /// "/v1/rooms/{room}": a `{name}` stands for exactly one segment, which is handed over decoded.
  std::string pattern;
  /// Whether this caller may: asked before the body is read. None: everybody may.
  std::function<Result<void>(const Request&)> guard;
  /// Answers now, or keeps the call and answers later. A call that is let go unanswered says `internal`.
  std::function<void(const std::shared_ptr<Call>&)> handle;
  /// Longest body in bytes; 0: it takes none. A body is JSON and has a Content-Length.
  size_t maxBody = 0;
  /// A call not answered by then is answered with `timeout`.
  std::chrono::milliseconds deadline{20'000};
};

/// The table of routes. Thread: owner.
class Router {
 public:
  void add(Route route) { routes_.push_back(std::move(route)); }
  const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;  ///< null: the path is known, the method is not
    Parameters parameters;
    std::vector<std::string> allowed;  ///< methods of that path, for `Allow`
  };
  /// nullopt: no route has that path, or it is not properly encoded. `rawPath` is as it came on the wire.
  std::optional<Match> find(std::string_view method, std::string_view rawPath) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace tributary::http
