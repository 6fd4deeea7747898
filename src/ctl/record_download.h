#pragma once

#include <string>

#include "ctl/api_client.h"

namespace tributary::ctl {

/// A file of a recording as the API lists it.
struct RecordedFile {
  std::string url;  ///< path of the API
  std::string name;
  int64_t size = 0;
  std::string sha256;  ///< empty: not checked
};

/// Saves it in `folder` under its own name, with a progress bar. It is written to NAME.part, where an attempt
/// that was cut off is gone on with, and gets its name when size and SHA-256 are right. A file that is there
/// already and right is left alone. Error with what to do.
Result<void> downloadRecorded(ApiClient& api, const RecordedFile& file, const std::string& folder);

}  // namespace tributary::ctl
