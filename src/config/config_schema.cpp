#include "config/config_visitor.h"

namespace tributary::config {
namespace {

double inSeconds(std::chrono::milliseconds value) {
  return static_cast<double>(value.count()) / 1000;
}

Json property(const char* type, std::string_view reason, Json fallback) {
  return Json::object({{"type", type}, {"description", reason}, {"default", std::move(fallback)}});
}

Json ranged(Json property, Range range) {
  return property.set("minimum", range.least).set("maximum", range.most);
}

Json textArray(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const auto& value : values)
    out.push(value);
  return out;
}

std::string allowed(Range range) {
  return plain(range.least) + " – " + plain(range.most);
}

}  // namespace

SchemaWriter::SchemaWriter() : properties_{Json::object()} {}

void SchemaWriter::add(std::string_view key, Json property) {
  properties_.back().set(key, std::move(property));
}

void SchemaWriter::begin(std::string_view section, std::string_view reason) {
  sections_.emplace_back(section, reason);
  properties_.push_back(Json::object());
}

void SchemaWriter::end() {
  const auto [name, reason] = sections_.back();
  const Json properties = properties_.back();
  sections_.pop_back();
  properties_.pop_back();
  add(name, Json::object({{"type", "object"},
                          {"description", reason},
                          {"additionalProperties", false},
                          {"properties", properties}}));
}

void SchemaWriter::text(std::string_view key, std::string& value, std::string_view reason) {
  add(key, property("string", reason, value));
}

void SchemaWriter::flag(std::string_view key, bool& value, std::string_view reason) {
  add(key, property("boolean", reason, value));
}

void SchemaWriter::number(std::string_view key, int& value, Range range, std::string_view reason) {
  add(key, ranged(property("integer", reason, value), range));
}

void SchemaWriter::seconds(std::string_view key, std::chrono::milliseconds& value, Range range,
                           std::string_view reason) {
  add(key, ranged(property("number", std::string(reason) + " (seconds)", inSeconds(value)), range));
}

void SchemaWriter::list(std::string_view key, std::vector<std::string>& value, std::string_view reason) {
  Json out = property("array", reason, textArray(value));
  add(key, out.set("items", Json::object({{"type", "string"}})));
}

void SchemaWriter::iceServers(std::string_view key, std::vector<IceServer>&, std::string_view reason) {
  const Json text = Json::object({{"type", "string"}});
  const Json urls = Json::object({{"type", "array"}, {"minItems", 1}, {"items", text}});
  const Json item = Json::object(
      {{"type", "object"},
       {"additionalProperties", false},
       {"required", Json::array({"urls"})},
       {"properties", Json::object({{"urls", urls}, {"username", text}, {"credential", text}})}});
  Json out = property("array", reason, Json::array());
  add(key, out.set("items", item));
}

Json SchemaWriter::result() const {
  return Json::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"title", "tributary server configuration"},
                       {"type", "object"},
                       {"additionalProperties", false},
                       {"properties", properties_.front()}});
}

void TableWriter::begin(std::string_view section, std::string_view) {
  prefix_ = std::string(section) + ".";
}

void TableWriter::row(std::string_view key, const std::string& fallback, const std::string& allowed,
                      std::string_view reason) {
  rows_ += "| `" + prefix_ + std::string(key) + "` | " + fallback + " | " + allowed + " | " +
           std::string(reason) + " |\n";
}

void TableWriter::text(std::string_view key, std::string& value, std::string_view reason) {
  row(key, value.empty() ? "" : "`" + value + "`", "text", reason);
}

void TableWriter::flag(std::string_view key, bool& value, std::string_view reason) {
  row(key, value ? "`true`" : "`false`", "true, false", reason);
}

void TableWriter::number(std::string_view key, int& value, Range range, std::string_view reason) {
  row(key, std::to_string(value), allowed(range), reason);
}

void TableWriter::seconds(std::string_view key, std::chrono::milliseconds& value, Range range,
                          std::string_view reason) {
  row(key, plain(inSeconds(value)) + " s", allowed(range), reason);
}

void TableWriter::list(std::string_view key, std::vector<std::string>& value, std::string_view reason) {
  row(key, "`" + textArray(value).dump() + "`", "array of text", reason);
}

void TableWriter::iceServers(std::string_view key, std::vector<IceServer>&, std::string_view reason) {
  row(key, "`[]`", "array of `{urls, username, credential}`", reason);
}

}  // namespace tributary::config
