#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tributary {

/// A request to another program's server, by libcurl. Redirects are not followed.
struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value"
  std::string body;
  /// Signs as AWS does (SigV4); empty: not.
  std::string sigV4;  ///< "aws:amz:REGION:s3"
  std::string user;   ///< access key
  std::string password;
  long timeoutSeconds = 30;  ///< for all of it
  long stallSeconds = 20;    ///< with less than 1 KiB/s
  long connectSeconds = 10;
};

struct HttpResponse {
  long status = 0;
  std::string body;  ///< 1 MiB at most
  std::string etag;
};

/// Blocks; any thread. Error `internal` with libcurl's words when there is no answer.
Result<HttpResponse> perform(const HttpRequest& request);

/// Percent-encoded but for letters, digits and -._~; "/" stays when `path`.
std::string urlEncoded(std::string_view text, bool path = false);

}  // namespace tributary
