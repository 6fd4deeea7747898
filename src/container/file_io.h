#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tributary::file_io {

inline tl::unexpected<Error> failed(const char* doing) {
  return fail(ErrorCode::internal, std::string(doing) + ": " + std::strerror(errno));
}

/// Up to `bytes` from `at`; less at the end of the file.
inline Result<std::string> read(int fd, int64_t at, size_t bytes) {
  std::string out(bytes, '\0');
  size_t got = 0;
  while (got < bytes) {
    const ssize_t count = ::pread(fd, out.data() + got, bytes - got, at + static_cast<off_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("reading the recording");
    if (count == 0) break;
    got += static_cast<size_t>(count);
  }
  out.resize(got);
  return out;
}

inline Result<void> write(int fd, int64_t at, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("writing the recording");
    bytes.remove_prefix(static_cast<size_t>(count));
    at += count;
  }
  return {};
}

}  // namespace tributary::file_io
