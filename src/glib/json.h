#pragma once

#include <json-glib/json-glib.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tributary {

/// A JSON value. Copies share what they refer to (cheap); set() and push() change it for every holder.
/// A missing member reads as null, so chains such as `config["http"]["port"]` need no checks between.
class Json {
 public:
  using Member = std::pair<std::string_view, Json>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(bool value);
  Json(int value) : Json(static_cast<int64_t>(value)) {}
  Json(unsigned value) : Json(static_cast<int64_t>(value)) {}
  Json(int64_t value);
  Json(uint64_t value) : Json(static_cast<int64_t>(value)) {}
  Json(double value);
  Json(const char* value) : Json(std::string_view(value)) {}
  Json(const std::string& value) : Json(std::string_view(value)) {}
  Json(std::string_view value);
  ~Json();
  Json(const Json& other);
  Json(Json&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Json& operator=(Json other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }

  static Json object(std::initializer_list<Member> members = {});
  static Json array(std::vector<Json> elements = {});

  /// Refuses text that is not UTF-8 or JSON, or nests deeper than `maxDepth` (json-glib recurses).
  static Result<Json> parse(std::string_view text, int maxDepth = 32);
  std::string dump(bool pretty = false) const;

  bool isNull() const { return node_ == nullptr || JSON_NODE_HOLDS_NULL(node_); }
  bool isObject() const { return node_ != nullptr && JSON_NODE_HOLDS_OBJECT(node_); }
  bool isArray() const { return node_ != nullptr && JSON_NODE_HOLDS_ARRAY(node_); }

  std::optional<std::string> string() const;
  std::optional<bool> boolean() const;
  /// A whole number that fits; 3.0 counts, 3.5 does not.
  std::optional<int64_t> integer() const;
  std::optional<double> number() const;

  std::string stringOr(std::string_view fallback) const { return string().value_or(std::string(fallback)); }
  bool booleanOr(bool fallback) const { return boolean().value_or(fallback); }
  int64_t integerOr(int64_t fallback) const { return integer().value_or(fallback); }
  double numberOr(double fallback) const { return number().value_or(fallback); }

  bool has(std::string_view key) const;
  Json operator[](std::string_view key) const;
  std::vector<std::string> keys() const;
  /// Elements of an array, members of an object, else 0.
  size_t size() const;
  Json at(size_t index) const;
  std::vector<Json> elements() const;

  /// An object of its own with that member beside or in place of those of this one, which stays as it is.
  Json with(std::string_view key, Json value) const;

  /// On an object; a null becomes an object.
  Json& set(std::string_view key, Json value);
  /// On an array; a null becomes an array.
  Json& push(Json value);

 private:
  static Json adopt(JsonNode* node);
  JsonNode* release();

  JsonNode* node_ = nullptr;
};

}  // namespace tributary
