#include "server/body_reader.h"

namespace tributary {

void BodyReader::refuse(const char* key, const std::string& what) {
  mistakes_ += (mistakes_.empty() ? "$." : "\n$.") + std::string(key) + ": " + what;
}

void BodyReader::text(const char* key, std::string& out, TextRule rule) {
  if (!body_.has(key)) return;
  const auto value = body_[key].string();
  if (!value) return refuse(key, "must be a string");
  auto checked = rule(*value);
  if (!checked) return refuse(key, checked.error().message);
  out = *checked;
}

void BodyReader::text(const char* key, std::string& out, size_t most) {
  if (!body_.has(key)) return;
  const auto value = body_[key].string();
  if (!value) return refuse(key, "must be a string");
  if (value->size() > most) return refuse(key, "must be at most " + std::to_string(most) + " bytes long");
  out = *value;
}

void BodyReader::number(const char* key, int& out, int least, int most) {
  if (!body_.has(key)) return;
  const auto value = body_[key].integer();
  if (!value || *value < least || *value > most) {
    return refuse(key,
                  "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  out = static_cast<int>(*value);
}

void BodyReader::seconds(const char* key, std::chrono::milliseconds& out, double least, double most) {
  if (!body_.has(key)) return;
  const auto value = body_[key].number();
  if (!value || !(*value >= least && *value <= most)) {
    return refuse(key, "must be seconds, from " + std::to_string(static_cast<int>(least)) + " to " +
                           std::to_string(static_cast<int>(most)));
  }
  out = std::chrono::milliseconds(static_cast<int64_t>(*value * 1000));
}

void BodyReader::flag(const char* key, bool& out) {
  if (!body_.has(key)) return;
  const auto value = body_[key].boolean();
  if (!value) return refuse(key, "must be true or false");
  out = *value;
}

Result<void> BodyReader::finish() const {
  if (mistakes_.empty()) return {};
  return fail(ErrorCode::badRequest, mistakes_);
}

}  // namespace tributary
