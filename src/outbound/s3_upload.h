#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "glib/json.h"

namespace tributary {

struct S3Settings {
  std::string endpoint;  ///< "https://s3.example.org"; buckets are addressed by path
  std::string bucket;
  std::string region;
  std::string accessKey;
  std::string secretKey;
  int64_t partBytes = 8 << 20;
};

/// One file on its way to S3-compatible storage, in pieces, so that a broken connection or a restart of the
/// server costs one piece. `state` is all there is to know of it, and is kept by the caller.
struct S3Upload {
  std::string key;
  std::string uploadId;            ///< empty: not begun
  int64_t pieceBytes = 0;          ///< each piece but the last has so many: what was begun goes on so
  std::vector<std::string> etags;  ///< of the pieces that have arrived

  Json toJson() const;
  static S3Upload fromJson(const Json& json);
};

/// Sends `fd` from where `upload` says; `progress` is told after each piece, with the new state. Files of one
/// piece go in one request. An error can be tried again with the state that was told last; `notFound` means
/// that the storage has forgotten the upload: begin anew. Blocks; any thread.
Result<void> uploadToS3(const S3Settings& settings, int fd, S3Upload& upload,
                        const std::function<void(const S3Upload&)>& progress,
                        const std::atomic<bool>& stopped);

}  // namespace tributary
