#pragma once

#include <string>

#include "base/unique_fd.h"

namespace tributary {

/// An HTTP client that sends what it is told, right or wrong. All of these run the main loop while they wait,
/// so the server may be in the same process.
struct HttpAnswer {
  int status = 0;
  std::string headers;
  std::string body;

  /// Of a header, by its name as the server writes it; empty when it is absent.
  std::string header(const std::string& name) const;
};

/// Sends `text` as it is to 127.0.0.1:`port`, and reads until the server closes or the announced body is
/// there.
HttpAnswer sendRaw(int port, const std::string& text);

/// A proper request. `headers` are whole lines, each with its CRLF; a body brings its Content-Length and,
/// unless `headers` has one, a Content-Type of JSON.
HttpAnswer ask(int port, const std::string& method, const std::string& path, const std::string& headers = "",
               const std::string& body = "");

/// A connection to 127.0.0.1:`port` that says nothing yet.
UniqueFd connectTo(int port);

/// Sends `text`, which may be nothing, and closes at once.
void sendAndLeave(int port, const std::string& text);

}  // namespace tributary
