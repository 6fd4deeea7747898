#include "glib/json.h"

#include <cmath>

#include "glib/object_ptr.h"

namespace tributary {
namespace {

/// Whether brackets outside strings nest deeper than `limit`.
bool deeperThan(std::string_view text, int limit) {
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inString) {
      if (c == '\\') ++i;
      if (c == '"') inString = false;
    } else if (c == '"') {
      inString = true;
    } else if (c == '[' || c == '{') {
      if (++depth > limit) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

bool holdsNumber(JsonNode* node, GType type) {
  return node != nullptr && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

/// json-glib would end the string there: "demo\u0000x" would be the room demo.
bool hasEscapedNul(std::string_view text) {
  for (size_t at = text.find("\\u0000"); at != std::string_view::npos; at = text.find("\\u0000", at + 1)) {
    const size_t before = text.find_last_not_of('\\', at);
    if ((before == std::string_view::npos ? at + 1 : at - before) % 2 == 1) return true;
  }
  return false;
}

}  // namespace

Json::Json(bool value) : node_(json_node_init_boolean(json_node_alloc(), value)) {}
Json::Json(int64_t value) : node_(json_node_init_int(json_node_alloc(), value)) {}
Json::Json(double value) : node_(json_node_init_double(json_node_alloc(), value)) {}
Json::Json(std::string_view value)
    : node_(json_node_init_string(json_node_alloc(), std::string(value).c_str())) {}

Json::Json(const Json& other) : node_(other.node_ != nullptr ? json_node_ref(other.node_) : nullptr) {}

Json::~Json() {
  if (node_ != nullptr) json_node_unref(node_);
}

Json Json::adopt(JsonNode* node) {
  Json out;
  out.node_ = node;
  return out;
}

JsonNode* Json::release() {
  JsonNode* node = std::exchange(node_, nullptr);
  return node != nullptr ? node : json_node_new(JSON_NODE_NULL);
}

Json Json::object(std::initializer_list<Member> members) {
  Json out = adopt(json_node_init_object(json_node_alloc(), nullptr));
  json_node_take_object(out.node_, json_object_new());
  for (const auto& [key, value] : members)
    out.set(key, value);
  return out;
}

Json Json::array(std::vector<Json> elements) {
  Json out = adopt(json_node_alloc());
  json_node_init(out.node_, JSON_NODE_ARRAY);
  json_node_take_array(out.node_, json_array_new());
  for (auto& element : elements)
    out.push(std::move(element));
  return out;
}

Result<Json> Json::parse(std::string_view text, int maxDepth) {
  if (!g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr)) {
    return fail(ErrorCode::badRequest, "the text is not valid UTF-8, or holds a NUL");
  }
  if (hasEscapedNul(text)) return fail(ErrorCode::badRequest, "a string holds a NUL (\\u0000)");
  if (deeperThan(text, maxDepth)) {
    return fail(ErrorCode::badRequest, "the JSON nests deeper than " + std::to_string(maxDepth) + " levels");
  }
  auto parser = ObjectPtr<JsonParser>::adopt(json_parser_new_immutable());
  GError* error = nullptr;
  if (!json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()), &error)) {
    return tl::unexpected(takeError(error, ErrorCode::badRequest, "not valid JSON"));
  }
  JsonNode* root = json_parser_get_root(parser.get());
  if (root == nullptr) return fail(ErrorCode::badRequest, "not valid JSON: the text is empty");
  return adopt(json_node_ref(root));
}

std::string Json::dump(bool pretty) const {
  if (node_ == nullptr) return "null";
  std::unique_ptr<char, GFree> text(json_to_string(node_, pretty));
  return text.get();
}

std::optional<std::string> Json::string() const {
  if (!holdsNumber(node_, G_TYPE_STRING)) return std::nullopt;
  return json_node_get_string(node_);
}

std::optional<bool> Json::boolean() const {
  if (!holdsNumber(node_, G_TYPE_BOOLEAN)) return std::nullopt;
  return json_node_get_boolean(node_) != FALSE;
}

std::optional<int64_t> Json::integer() const {
  if (holdsNumber(node_, G_TYPE_INT64)) return json_node_get_int(node_);
  const auto real = number();
  if (!real || std::floor(*real) != *real || std::abs(*real) > 9e15) return std::nullopt;
  return static_cast<int64_t>(*real);
}

std::optional<double> Json::number() const {
  if (holdsNumber(node_, G_TYPE_INT64)) return static_cast<double>(json_node_get_int(node_));
  if (holdsNumber(node_, G_TYPE_DOUBLE)) return json_node_get_double(node_);
  return std::nullopt;
}

bool Json::has(std::string_view key) const {
  return isObject() && json_object_has_member(json_node_get_object(node_), std::string(key).c_str());
}

Json Json::operator[](std::string_view key) const {
  if (!isObject()) return {};
  JsonNode* node = json_object_get_member(json_node_get_object(node_), std::string(key).c_str());
  return node != nullptr ? adopt(json_node_ref(node)) : Json();
}

std::vector<std::string> Json::keys() const {
  std::vector<std::string> out;
  if (!isObject()) return out;
  JsonObjectIter iter;
  json_object_iter_init_ordered(&iter, json_node_get_object(node_));
  const char* key = nullptr;
  while (json_object_iter_next_ordered(&iter, &key, nullptr))
    out.emplace_back(key);
  return out;
}

size_t Json::size() const {
  if (isArray()) return json_array_get_length(json_node_get_array(node_));
  if (isObject()) return json_object_get_size(json_node_get_object(node_));
  return 0;
}

Json Json::at(size_t index) const {
  if (!isArray() || index >= size()) return {};
  return adopt(json_node_ref(json_array_get_element(json_node_get_array(node_), static_cast<guint>(index))));
}

std::vector<Json> Json::elements() const {
  std::vector<Json> out;
  if (!isArray()) return out;
  for (size_t i = 0; i < size(); ++i)
    out.push_back(at(i));
  return out;
}

Json Json::with(std::string_view key, Json value) const {
  Json out = object();
  for (const auto& name : keys())
    out.set(name, (*this)[name]);
  out.set(key, std::move(value));
  return out;
}

Json& Json::set(std::string_view key, Json value) {
  if (isNull()) *this = object();
  json_object_set_member(json_node_get_object(node_), std::string(key).c_str(), value.release());
  return *this;
}

Json& Json::push(Json value) {
  if (isNull()) *this = array();
  json_array_add_element(json_node_get_array(node_), value.release());
  return *this;
}

}  // namespace tributary
