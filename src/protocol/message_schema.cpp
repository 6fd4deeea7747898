#include "protocol/message_schema.h"

#include <variant>

#include "protocol/client_fields.h"

namespace tributary {
namespace {

struct TextShape {
  message::TextRule rule;
  int64_t least = 0;  ///< characters
  int64_t most = 0;   ///< 0: none that counts characters
  const char* pattern = "";
};

/// text_rules.h as a schema can say it. What a rule cuts or trims has no bound here.
const TextShape textShapes[] = {
    {text::roomName, 1, 64, "^[A-Za-z0-9_-][A-Za-z0-9._-]*$"},
    {text::plainName, 1, 128, "^[A-Za-z0-9._-]+$"},
    {text::displayName},
    {text::chatText, 1},
    {text::token, 1, 8192, "^[!-~]+$"},
    {text::candidateLine, 0, 1024},
    {text::role, 0, 0, "^(moderator|participant|viewer)$"},
    {text::mediaId, 1, 16},
    {text::sdp, 1, 32768},
};

Json textSchema(message::TextRule rule) {
  Json out = Json::object({{"type", "string"}});
  for (const TextShape& shape : textShapes) {
    if (shape.rule != rule) continue;
    if (shape.least > 0) out.set("minLength", shape.least);
    if (shape.most > 0) out.set("maxLength", shape.most);
    if (*shape.pattern != 0) out.set("pattern", shape.pattern);
  }
  return out;
}

/// A null reads as absent.
Json orNull(Json schema) {
  return schema.set("type", Json::array({schema["type"], "null"}));
}

/// Describes the members of one message, as fields() tells them.
class MessageDescriber {
 public:
  explicit MessageDescriber(std::string_view type)
      : type_(type),
        properties_(Json::object({{"type", Json::object({{"const", type}})},
                                  {"id", Json::object({{"type", Json::array({"integer", "null"})}})}})) {}

  void operator()(const char* key, std::string&, message::TextRule rule) {
    properties_.set(key, textSchema(rule));
    required_.push(key);
  }
  void operator()(const char* key, std::optional<std::string>&, message::TextRule rule) {
    properties_.set(key, orNull(textSchema(rule)));
  }
  void operator()(const char* key, std::optional<bool>&) {
    properties_.set(key, orNull(Json::object({{"type", "boolean"}})));
  }
  void operator()(const char* key, std::optional<int>&, message::Range range) {
    properties_.set(
        key, orNull(Json::object({{"type", "integer"}, {"minimum", range.least}, {"maximum", range.most}})));
  }

  Json schema() const {
    return Json::object(
        {{"title", type_}, {"type", "object"}, {"properties", properties_}, {"required", required_}});
  }

 private:
  std::string_view type_;
  Json properties_;
  Json required_ = Json::array({"type"});
};

template <typename Message>
Json schemaOf() {
  Message message;
  MessageDescriber describer(Message::type);
  message::fields(describer, message);
  return describer.schema();
}

template <typename... Messages>
Json schemasOf(const std::variant<Messages...>*) {
  return Json::array({schemaOf<Messages>()...});
}

}  // namespace

Json clientMessageSchema() {
  return Json::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"title", "tributary.v1: what clients say"},
                       {"oneOf", schemasOf(static_cast<const ClientMessage*>(nullptr))}});
}

}  // namespace tributary
