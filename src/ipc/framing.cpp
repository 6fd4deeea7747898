#include "ipc/framing.h"

namespace tributary {
namespace {

constexpr size_t headerBytes = 4;

uint32_t readLength(std::string_view header) {
  uint32_t length = 0;
  for (size_t i = 0; i < headerBytes; ++i)
    length = length << 8 | static_cast<uint8_t>(header[i]);
  return length;
}

}  // namespace

Result<std::string> encodeFrame(std::string_view payload) {
  if (payload.size() > maxFrameBytes) {
    return fail(ErrorCode::tooLarge, "a frame of " + std::to_string(payload.size()) +
                                         " bytes is longer than " + std::to_string(maxFrameBytes));
  }
  const auto length = static_cast<uint32_t>(payload.size());
  std::string frame;
  frame.reserve(headerBytes + payload.size());
  for (const int shift : {24, 16, 8, 0})
    frame += static_cast<char>(length >> shift & 0xff);
  return frame.append(payload);
}

Result<std::optional<std::string>> FrameReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(start_);
  if (rest.size() < headerBytes) {
    compact();
    return std::nullopt;
  }
  const uint32_t length = readLength(rest);
  if (length == 0 || length > maxFrameBytes) {
    return fail(ErrorCode::badRequest, "a frame of " + std::to_string(length) + " bytes: 1 to " +
                                           std::to_string(maxFrameBytes) + " are allowed");
  }
  if (rest.size() < headerBytes + length) {
    compact();
    return std::nullopt;
  }
  start_ += headerBytes + length;
  return std::string(rest.substr(headerBytes, length));
}

void FrameReader::compact() {
  buffer_.erase(0, start_);
  start_ = 0;
}

}  // namespace tributary
