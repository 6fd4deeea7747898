#pragma once

#include <chrono>
#include <string>

#include "base/error.h"
#include "glib/json.h"

namespace tributary {

/// Takes members of a JSON body that may be absent, and keeps every mistake. Members nobody asks for are
/// ignored, so that newer callers may say more. Pure.
class BodyReader {
 public:
  explicit BodyReader(Json body) : body_(std::move(body)) {}

  using TextRule = Result<std::string> (*)(std::string_view);

  void text(const char* key, std::string& out, TextRule rule);
  /// At most `most` bytes.
  void text(const char* key, std::string& out, size_t most);
  void number(const char* key, int& out, int least, int most);
  void seconds(const char* key, std::chrono::milliseconds& out, double least, double most);
  void flag(const char* key, bool& out);

  /// Error badRequest, a line for each mistake.
  Result<void> finish() const;

 private:
  void refuse(const char* key, const std::string& what);

  Json body_;
  std::string mistakes_;
};

}  // namespace tributary
