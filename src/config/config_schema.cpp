#include "config/config_visitor.h"

namespace tributary::config {
namespace {

Json property(const char* type, std::string_view reason, Json fallback) {
  return Json::object({{"type", type}, {"description", reason}, {"default", std::move(fallback)}});
}

Json ranged(Json property, const Range& range) {
  property.set("minimum", range.least).set("maximum", range.most);
  if (range.step != 1) property.set("multipleOf", range.step);
  return property;
}

std::string withUnit(std::string_view reason, std::string_view unit) {
  return std::string(reason) + (unit.empty() ? "" : " (" + std::string(unit) + ")");
}

Json textArray(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const auto& value : values)
    out.push(value);
  return out;
}

Json ruled(Json property, const TextRule& rule, bool mayBeEmpty) {
  auto choices = rule.choices;
  if (mayBeEmpty && !choices.empty()) choices.emplace_back("");
  if (!choices.empty()) property.set("enum", textArray(choices));
  if (rule.pattern.empty()) return property;
  const std::string pattern(rule.pattern);
  return property.set("pattern", mayBeEmpty ? "^$|" + pattern : pattern);
}

}  // namespace

SchemaWriter::SchemaWriter() {
  open_.emplace_back();
}

Json SchemaWriter::close(const Open& open) {
  Json out =
      Json::object({{"type", "object"}, {"additionalProperties", false}, {"properties", open.properties}});
  if (!open.reason.empty()) out.set("description", open.reason);
  if (open.required.size() > 0) out.set("required", open.required);
  return out;
}

void SchemaWriter::begin(std::string_view section, const Note& note) {
  open_.push_back({std::string(section), std::string(note.what)});
}

void SchemaWriter::end() {
  const Open closed = open_.back();
  open_.pop_back();
  add(closed.name, close(closed));
}

void SchemaWriter::text(std::string_view key, std::string& value, const Note& note, const TextRule& rule) {
  if (rule.required) open_.back().required.push(key);
  add(key, ruled(property("string", note.what, value), rule,
                 rule.mayBeEmpty || (value.empty() && !rule.required)));
}

void SchemaWriter::flag(std::string_view key, bool& value, const Note& note) {
  add(key, property("boolean", note.what, value));
}

void SchemaWriter::number(std::string_view key, int& value, const Range& range, const Note& note) {
  add(key, ranged(property("integer", withUnit(note.what, range.unit), value), range));
}

void SchemaWriter::ratio(std::string_view key, double& value, const Range& range, const Note& note) {
  add(key, ranged(property("number", withUnit(note.what, range.unit), value), range));
}

void SchemaWriter::seconds(std::string_view key, std::chrono::milliseconds& value, const Range& range,
                           const Note& note) {
  const double inSeconds = static_cast<double>(value.count()) / 1000;
  add(key, ranged(property("number", withUnit(note.what, "seconds"), inSeconds), range));
}

void SchemaWriter::list(std::string_view key, std::vector<std::string>& value, const Note& note,
                        const TextRule& rule) {
  Json out = property("array", note.what, textArray(value));
  if (rule.required) {
    open_.back().required.push(key);
    out.set("minItems", 1);
  }
  add(key, out.set("items", ruled(Json::object({{"type", "string"}}), rule, false)));
}

Json SchemaWriter::itemSchema(const Items& items) {
  open_.emplace_back();
  items.sample(*this);
  const Open closed = open_.back();
  open_.pop_back();
  return close(closed);
}

void SchemaWriter::array(std::string_view key, const Items& items, const Note& note) {
  add(key, Json::object({{"type", "array"},
                         {"description", note.what},
                         {"minItems", items.count.least},
                         {"maxItems", items.count.most},
                         {"items", itemSchema(items)}}));
}

void SchemaWriter::object(std::string_view key, const Items& items, const Note& note) {
  Json out = Json::object({{"type", "object"},
                           {"description", note.what},
                           {"maxProperties", items.count.most},
                           {"additionalProperties", itemSchema(items)}});
  add(key, out.set("propertyNames", ruled(Json::object(), items.name, false)));
}

void SchemaWriter::values(std::string_view key, std::map<std::string, std::string>&, const Note& note) {
  add(key, Json::object({{"type", "object"},
                         {"description", note.what},
                         {"additionalProperties",
                          Json::object({{"type", Json::array({"string", "number", "boolean"})}})}}));
}

Json SchemaWriter::result(std::string_view title) const {
  Json out = close(open_.front());
  return out.set("$schema", "https://json-schema.org/draft/2020-12/schema").set("title", title);
}

}  // namespace tributary::config
