#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tributary {

/// Frames of docs/room-channel.md: 4 bytes of length, big-endian, then that many bytes. Pure.
constexpr size_t maxFrameBytes = 1024 * 1024;

/// The payload with its length in front. Error `tooLarge` beyond maxFrameBytes.
Result<std::string> encodeFrame(std::string_view payload);

/// Puts frames together from a stream's pieces.
class FrameReader {
 public:
  void append(std::string_view bytes) { buffer_ += bytes; }

  /// The next complete frame's payload; nullopt when more bytes are needed. An error (a length of 0 or
  /// above maxFrameBytes) means that the stream cannot be read any further.
  Result<std::optional<std::string>> next();

 private:
  void compact();

  std::string buffer_;
  size_t start_ = 0;
};

}  // namespace tributary
