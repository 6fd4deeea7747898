#include <glib.h>

#include <algorithm>
#include <cmath>

#include "base/nearest.h"
#include "base/one_line.h"
#include "config/config_visitor.h"

namespace tributary::config {
namespace {

// What no setting needs more of.
constexpr size_t longestText = 4096;

std::string within(const Range& range, const char* what) {
  std::string out = std::string("must be ") + (range.step == 2 ? "an even whole number" : what) + " from " +
                    plain(range.least) + " to " + plain(range.most);
  if (!range.unit.empty()) out.append(" ").append(range.unit);
  return out;
}

/// Why `text` breaks the rule; empty when it does not.
std::string wrongWith(const std::string& text, const TextRule& rule) {
  if (text.size() > longestText) return "must be at most " + std::to_string(longestText) + " bytes long";
  if (!rule.choices.empty() && std::ranges::find(rule.choices, text) == rule.choices.end()) {
    const auto meant = nearest(text, rule.choices);
    const std::string all =
        "must be " + std::string(rule.choices.size() > 1 ? "one of " : "") + joined(rule.choices);
    return meant.empty() ? all : all + "; did you mean \"" + meant + "\"?";
  }
  if (rule.pattern.empty()) return "";
  const bool matches =
      g_regex_match_simple(std::string(rule.pattern).c_str(), text.c_str(), G_REGEX_DOLLAR_ENDONLY,
                           static_cast<GRegexMatchFlags>(0)) != FALSE;
  return matches ? "" : "must be " + std::string(rule.right);
}

/// A property's value as GStreamer's text form; JSON numbers and flags are welcome.
std::optional<std::string> plainText(const Json& value) {
  if (auto text = value.string()) return text;
  if (const auto flag = value.boolean()) return *flag ? "true" : "false";
  if (const auto whole = value.integer()) return std::to_string(*whole);
  if (const auto number = value.number()) return plain(*number);
  return std::nullopt;
}

}  // namespace

std::string plain(double value) {
  std::string out = std::to_string(value);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

Reader::Reader(const Json& root) {
  if (!root.isObject()) mistakes_.push_back("$: the file must hold a JSON object");
  scopes_.push_back({root, "$", {}});
}

void Reader::mistake(const std::string& path, const std::string& what) {
  mistakes_.push_back(oneLine(path + ": " + what));
}

std::string Reader::pathOf(std::string_view key) const {
  return scopes_.back().path + "." + std::string(key);
}

std::optional<Json> Reader::take(std::string_view key) {
  Scope& scope = scopes_.back();
  scope.asked.emplace_back(key);
  if (!scope.object.has(key)) return std::nullopt;
  return scope.object[key];
}

void Reader::begin(std::string_view section, const Note&) {
  const auto object = take(section);
  if (object && !object->isObject()) refuse(section, "must be an object");
  scopes_.push_back({object.value_or(Json()), pathOf(section), {}});
}

void Reader::end() {
  checkUnknown();
  scopes_.pop_back();
}

void Reader::checkUnknown() {
  const Scope& scope = scopes_.back();
  for (const auto& key : scope.object.keys()) {
    if (std::ranges::find(scope.asked, key) != scope.asked.end()) continue;
    const auto meant = nearest(key, scope.asked);
    refuse(key, meant.empty() ? "unknown key; the keys here are " + joined(scope.asked)
                              : "unknown key; did you mean \"" + meant + "\"?");
  }
}

const std::vector<std::string>& Reader::finish() {
  checkUnknown();
  return mistakes_;
}

void Reader::text(std::string_view key, std::string& value, const Note&, const TextRule& rule) {
  const auto json = take(key);
  if (!json && rule.required) return refuse(key, "is missing");
  if (!json) return;
  const auto text = json->string();
  if (!text) return refuse(key, "must be a string");
  const bool mayBeEmpty = rule.mayBeEmpty || (value.empty() && !rule.required);
  const auto wrong = text->empty() && mayBeEmpty ? "" : wrongWith(*text, rule);
  if (!wrong.empty()) return refuse(key, wrong);
  value = *text;
}

void Reader::flag(std::string_view key, bool& value, const Note&) {
  const auto json = take(key);
  if (!json) return;
  if (const auto flag = json->boolean()) {
    value = *flag;
  } else {
    refuse(key, "must be true or false");
  }
}

void Reader::number(std::string_view key, int& value, const Range& range, const Note&) {
  const auto json = take(key);
  if (!json) return;
  const auto number = json->integer();
  if (number && *number >= range.least && *number <= range.most && *number % range.step == 0) {
    value = static_cast<int>(*number);
  } else {
    refuse(key, within(range, "a whole number"));
  }
}

void Reader::ratio(std::string_view key, double& value, const Range& range, const Note&) {
  const auto json = take(key);
  if (!json) return;
  const auto number = json->number();
  if (number && *number >= range.least && *number <= range.most) {
    value = *number;
  } else {
    refuse(key, within(range, "a number"));
  }
}

void Reader::seconds(std::string_view key, std::chrono::milliseconds& value, const Range& range,
                     const Note&) {
  const auto json = take(key);
  if (!json) return;
  const auto number = json->number();
  if (number && *number >= range.least && *number <= range.most) {
    value = std::chrono::milliseconds(std::llround(*number * 1000));
  } else {
    refuse(key, within(range, "a number of seconds"));
  }
}

void Reader::list(std::string_view key, std::vector<std::string>& value, const Note&, const TextRule& rule) {
  const auto json = take(key);
  if (!json && rule.required) return refuse(key, "is missing");
  if (!json) return;
  if (!json->isArray()) return refuse(key, "must be an array of strings");
  value.clear();
  for (size_t i = 0; i < json->size(); ++i) {
    const auto text = json->at(i).string();
    const auto wrong = text ? wrongWith(*text, rule) : "must be a string";
    if (!wrong.empty()) refuse(std::string(key) + "[" + std::to_string(i) + "]", wrong);
    value.push_back(text.value_or(""));
  }
}

void Reader::element(const Json& json, const std::string& path, const Items& items, const std::string& name) {
  if (!json.isObject()) return refuse(path, "must be an object");
  scopes_.push_back({json, pathOf(path), {}});
  items.add(*this, name);
  end();
}

void Reader::array(std::string_view key, const Items& items, const Note&) {
  const auto json = take(key);
  if (!json) return;
  const auto size = static_cast<double>(json->size());
  if (!json->isArray() || size < items.count.least || size > items.count.most) {
    return refuse(key, "must be an array of " + plain(items.count.least) + " to " + plain(items.count.most) +
                           " objects");
  }
  items.clear();
  for (size_t i = 0; i < json->size(); ++i)
    element(json->at(i), std::string(key) + "[" + std::to_string(i) + "]", items, "");
}

void Reader::object(std::string_view key, const Items& items, const Note&) {
  const auto json = take(key);
  if (!json) return;
  const auto size = static_cast<double>(json->size());
  if (!json->isObject() || size < items.count.least || size > items.count.most) {
    return refuse(key,
                  "must be an object of at most " + plain(items.count.most) + " objects, each by its name");
  }
  items.clear();
  for (const auto& name : json->keys()) {
    const std::string path = std::string(key) + "." + name;
    const auto wrong = wrongWith(name, items.name);
    if (!wrong.empty()) {
      refuse(path, "the name " + wrong);
    } else {
      element((*json)[name], path, items, name);
    }
  }
}

void Reader::values(std::string_view key, std::map<std::string, std::string>& value, const Note&) {
  const auto json = take(key);
  if (!json) return;
  if (!json->isObject() || json->size() > 100) return refuse(key, "must be an object of at most 100 values");
  value.clear();
  for (const auto& name : json->keys()) {
    const auto text = plainText((*json)[name]);
    if (!text || text->size() > longestText) {
      refuse(std::string(key) + "." + name, "must be a string, a number, true or false");
    } else {
      value[name] = *text;
    }
  }
}

}  // namespace tributary::config
