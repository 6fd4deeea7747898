#include "base/error.h"

#include <array>

namespace tributary {
namespace {

constexpr std::array<std::string_view, 13> names = {
    "badRequest", "unauthorized", "forbidden",   "notFound", "roomFull", "serverBusy", "unsupportedCodec",
    "invalidSdp", "tooLarge",     "rateLimited", "timeout",  "conflict", "internal"};

}  // namespace

std::string_view toString(ErrorCode code) {
  return names.at(static_cast<size_t>(code));
}

ErrorCode errorCodeFromString(std::string_view name) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<ErrorCode>(i);
  }
  return ErrorCode::internal;
}

}  // namespace tributary
