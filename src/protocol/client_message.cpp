#include "protocol/client_message.h"

#include <array>

#include "protocol/client_fields.h"

namespace tributary {
namespace {

using message::fields;
using message::Range;
using message::TextRule;

/// Reads members of a JSON object; keeps the first thing that is wrong.
class MessageReader {
 public:
  explicit MessageReader(const Json& object) : object_(object), type_(object["type"].stringOr("")) {}

  void operator()(const char* key, std::string& out, TextRule rule) {
    std::optional<std::string> value;
    (*this)(key, value, rule);
    if (value) {
      out = *value;
    } else {
      refuse(key, Error{ErrorCode::badRequest, "is missing"});
    }
  }

  void operator()(const char* key, std::optional<std::string>& out, TextRule rule) {
    out.reset();
    const Json value = object_[key];
    if (value.isNull()) return;
    const auto string = value.string();
    if (!string) return refuse(key, Error{ErrorCode::badRequest, "must be a string"});
    if (auto checked = rule(*string)) {
      out = *checked;
    } else {
      refuse(key, checked.error());
    }
  }

  void operator()(const char* key, std::optional<bool>& out) {
    const Json value = object_[key];
    if (value.isNull()) return;
    out = value.boolean();
    if (!out) refuse(key, Error{ErrorCode::badRequest, "must be true or false"});
  }

  void operator()(const char* key, std::optional<int>& out, Range range) {
    const Json value = object_[key];
    if (value.isNull()) return;
    const auto number = value.integer();
    if (number && *number >= range.least && *number <= range.most) {
      out = static_cast<int>(*number);
      return;
    }
    refuse(key, Error{ErrorCode::badRequest, "must be a whole number from " + std::to_string(range.least) +
                                                 " to " + std::to_string(range.most)});
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  void refuse(const char* key, const Error& error) {
    if (!error_) error_ = Error{error.code, type_ + "." + key + " " + error.message};
  }

  const Json& object_;
  std::string type_;
  std::optional<Error> error_;
};

class Writer {
 public:
  explicit Writer(Json& object) : object_(object) {}

  void operator()(const char* key, const std::string& value, TextRule) { object_.set(key, value); }
  void operator()(const char* key, const std::optional<std::string>& value, TextRule) { set(key, value); }
  void operator()(const char* key, const std::optional<bool>& value) { set(key, value); }
  void operator()(const char* key, const std::optional<int>& value, Range) { set(key, value); }

 private:
  template <typename T>
  void set(const char* key, const std::optional<T>& value) {
    if (value) object_.set(key, *value);
  }

  Json& object_;
};

template <typename Message>
Result<ClientMessage> readAs(const Json& json) {
  Message message;
  MessageReader reader(json);
  fields(reader, message);
  if (reader.error()) return tl::unexpected(*reader.error());
  return ClientMessage(std::move(message));
}

struct Entry {
  std::string_view type;
  Result<ClientMessage> (*read)(const Json&);
};

template <typename Variant>
struct Table;

template <typename... Messages>
struct Table<std::variant<Messages...>> {
  static constexpr std::array<Entry, sizeof...(Messages)> entries{Entry{Messages::type, readAs<Messages>}...};
};

std::string knownTypes() {
  std::string out;
  for (const Entry& entry : Table<ClientMessage>::entries) {
    out += (out.empty() ? "" : ", ") + std::string(entry.type);
  }
  return out;
}

/// A stranger's word in an error message: short, and nothing that a terminal would obey.
std::string shown(const std::string& word) {
  const auto name = text::plainName(word);
  return name && name->size() <= 32 ? '"' + *name + '"' : "that";
}

}  // namespace

std::optional<int64_t> messageId(const Json& json) {
  return json["id"].integer();
}

Result<ParsedMessage> parseClientMessage(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json) return tl::unexpected(json.error());
  return parseClientMessage(*json);
}

Result<ParsedMessage> parseClientMessage(const Json& json) {
  if (!json.isObject()) return fail(ErrorCode::badRequest, "a message must be a JSON object");
  const auto type = json["type"].string();
  if (!type) return fail(ErrorCode::badRequest, "type is missing; it must be one of " + knownTypes());
  const auto id = messageId(json);
  if (!json["id"].isNull() && !id) return fail(ErrorCode::badRequest, "id must be a whole number");
  for (const Entry& entry : Table<ClientMessage>::entries) {
    if (entry.type != *type) continue;
    auto message = entry.read(json);
    if (!message) return tl::unexpected(message.error());
    return ParsedMessage{std::move(*message), id};
  }
  return fail(ErrorCode::badRequest,
              "there is no message " + shown(*type) + "; type must be one of " + knownTypes());
}

Json toJson(const ClientMessage& message) {
  Json object = Json::object({{"type", typeName(message)}});
  std::visit(
      [&object](auto copy) {
        Writer writer(object);
        fields(writer, copy);
      },
      message);
  return object;
}

std::string_view typeName(const ClientMessage& message) {
  return std::visit([](const auto& one) { return std::decay_t<decltype(one)>::type; }, message);
}

}  // namespace tributary
