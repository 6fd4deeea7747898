#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace tributary {

/// What went wrong, in the words of the wire (docs/protocol.md, "Errors").
enum class ErrorCode {
  badRequest,
  unauthorized,
  forbidden,
  notFound,
  roomFull,
  serverBusy,
  unsupportedCodec,
  invalidSdp,
  tooLarge,
  rateLimited,
  timeout,
  conflict,
  internal,
};

std::string_view toString(ErrorCode code);

/// The code of that name; `internal` for a name nobody knows.
ErrorCode errorCodeFromString(std::string_view name);

/// `message` is a sentence for whoever caused it: what is wrong and what would be right.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace tributary
