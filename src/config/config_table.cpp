#include "base/nearest.h"
#include "config/config_visitor.h"

namespace tributary::config {
namespace {

constexpr std::string_view plainHead =
    "| key | default | allowed | what for, and why this default |\n|---|---|---|---|\n";
constexpr std::string_view fullHead =
    "| key | type | default | allowed | what for | quality and CPU | takes effect |\n"
    "|---|---|---|---|---|---|---|\n";

std::string allowed(const Range& range) {
  std::string out = plain(range.least) + " – " + plain(range.most);
  if (range.step == 2) out += ", even";
  if (!range.unit.empty()) out.append(" ").append(range.unit);
  return out;
}

std::string allowed(const TextRule& rule) {
  if (!rule.choices.empty()) return "`" + joined(rule.choices, "`, `") + "`";
  return rule.right.empty() ? "text" : std::string(rule.right);
}

std::string inQuotes(const std::string& value) {
  return value.empty() ? "" : "`" + value + "`";
}

std::string_view when(Applies applies) {
  switch (applies) {
    case Applies::live:
      return "live";
    case Applies::nextRoom:
      return "next room";
    case Applies::restart:
      return "restart";
  }
  return "";
}

}  // namespace

TableWriter::TableWriter(Style style) : style_(style) {
  if (style_ == Style::plain) heading();
}

void TableWriter::title(std::string_view section) {
  rows_.append(rows_.empty() ? "" : "\n").append("### `").append(section).append("`\n\n");
  tableOpen_ = false;
}

void TableWriter::heading() {
  rows_ += style_ == Style::plain ? plainHead : fullHead;
  tableOpen_ = true;
}

void TableWriter::begin(std::string_view section, const Note& note) {
  prefixes_.push_back((prefixes_.empty() ? "" : prefixes_.back()) + std::string(section) + ".");
  if (style_ == Style::plain || prefixes_.size() > 1) return;
  title(section);
  rows_.append(note.what).append("\n\n");
  heading();
}

void TableWriter::end() {
  prefixes_.pop_back();
  if (prefixes_.empty() && style_ == Style::full) tableOpen_ = false;
}

void TableWriter::row(std::string_view key, std::string_view type, const std::string& fallback,
                      const std::string& allowed, const Note& note) {
  if (!tableOpen_) heading();
  const std::string name = "| `" + (prefixes_.empty() ? "" : prefixes_.back()) + std::string(key) + "` | ";
  if (style_ == Style::plain) {
    rows_ += name + fallback + " | " + allowed + " | " + std::string(note.what) + " |\n";
    return;
  }
  rows_ += name + std::string(type) + " | " + fallback + " | " + allowed + " | " + std::string(note.what) +
           " | " + std::string(note.cost) + " | " + std::string(when(note.applies)) + " |\n";
}

void TableWriter::text(std::string_view key, std::string& value, const Note& note, const TextRule& rule) {
  row(key, "text", rule.required ? "required" : inQuotes(value), allowed(rule), note);
}

void TableWriter::flag(std::string_view key, bool& value, const Note& note) {
  row(key, "flag", value ? "`true`" : "`false`", "true, false", note);
}

void TableWriter::number(std::string_view key, int& value, const Range& range, const Note& note) {
  row(key, "whole number", std::to_string(value), allowed(range), note);
}

void TableWriter::ratio(std::string_view key, double& value, const Range& range, const Note& note) {
  row(key, "number", plain(value), allowed(range), note);
}

void TableWriter::seconds(std::string_view key, std::chrono::milliseconds& value, const Range& range,
                          const Note& note) {
  row(key, "seconds", plain(static_cast<double>(value.count()) / 1000) + " s", allowed(range), note);
}

void TableWriter::list(std::string_view key, std::vector<std::string>& value, const Note& note,
                       const TextRule& rule) {
  const std::string all = value.empty() ? "`[]`" : "`[\"" + joined(value, "\",\"") + "\"]`";
  row(key, "array", rule.required ? "required" : all, "array of " + allowed(rule), note);
}

void TableWriter::nested(std::string_view prefix, const Items& items) {
  if (style_ == Style::plain) return;
  prefixes_.push_back((prefixes_.empty() ? "" : prefixes_.back()) + std::string(prefix));
  items.sample(*this);
  prefixes_.pop_back();
}

void TableWriter::array(std::string_view key, const Items& items, const Note& note) {
  if (style_ == Style::full && prefixes_.empty()) title(key);
  row(key, "array", style_ == Style::plain ? "`[]`" : "", "array of " + allowed(items.count) + " objects",
      note);
  nested(std::string(key) + "[].", items);
  if (style_ == Style::full && prefixes_.empty()) tableOpen_ = false;
}

void TableWriter::object(std::string_view key, const Items& items, const Note& note) {
  if (style_ == Style::full && prefixes_.empty()) title(key);
  row(key, "object", "", "at most " + plain(items.count.most) + "; the name: " + allowed(items.name), note);
  nested(std::string(key) + ".*.", items);
  if (style_ == Style::full && prefixes_.empty()) tableOpen_ = false;
}

void TableWriter::values(std::string_view key, std::map<std::string, std::string>&, const Note& note) {
  row(key, "object", "", "name: text, number or flag", note);
}

}  // namespace tributary::config
