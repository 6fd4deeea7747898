#pragma once

#include <libsoup/soup.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "glib/json.h"
#include "glib/object_ptr.h"

namespace tributary::ctl {

/// Calls the HTTP API and waits for the answer. An error is a sentence for the person at the terminal.
class ApiClient {
 public:
  /// `url` is "http://host:port", perhaps with a path in front of the API's; `token` may be empty.
  ApiClient(std::string url, std::string token);

  /// The answer's body. `path` begins with "/v1/"; a null `body` sends none.
  Result<std::string> call(const char* method, const std::string& path, const Json& body = nullptr);
  /// The same for JSON; an empty answer is null.
  Result<Json> json(const char* method, const std::string& path, const Json& body = nullptr);

  /// Takes a piece of what is downloaded; its error ends the download.
  using Sink = std::function<Result<void>(std::string_view piece)>;
  /// What is at `path` from byte `from` on, piece by piece.
  Result<void> download(const std::string& path, int64_t from, const Sink& sink);

 private:
  Result<ObjectPtr<SoupMessage>> request(const char* method, const std::string& path);

  std::string url_;
  std::string token_;
  ObjectPtr<SoupSession> session_;
};

/// "/v1/rooms/" + room, with what must not stand in a path escaped.
std::string roomPath(const std::string& room, const std::string& rest = {});
/// One segment of a path, escaped.
std::string segment(const std::string& text);

}  // namespace tributary::ctl
