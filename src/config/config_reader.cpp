#include <algorithm>
#include <cmath>
#include <numeric>

#include "config/config_visitor.h"

namespace tributary::config {
namespace {

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t change = diagonal + (std::tolower(a[i]) == std::tolower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string within(Range range, const char* what) {
  return std::string("must be ") + what + " from " + plain(range.least) + " to " + plain(range.most);
}

}  // namespace

std::string nearest(std::string_view wrong, const std::vector<std::string>& names) {
  std::string best;
  size_t least = std::max<size_t>(2, wrong.size() / 3) + 1;
  for (const auto& name : names) {
    const size_t distance = editDistance(wrong, name);
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

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

std::string Reader::pathOf(std::string_view key) const {
  return scopes_.back().path + "." + std::string(key);
}

std::optional<Json> Reader::take(std::string_view key) {
  Scope& scope = scopes_.back();
  scope.asked.emplace_back(key);
  if (!scope.object.has(key)) return std::nullopt;
  return scope.object[key];
}

void Reader::begin(std::string_view section, std::string_view) {
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
    refuse(key, meant.empty() ? "unknown key" : "unknown key; did you mean \"" + meant + "\"?");
  }
}

const std::vector<std::string>& Reader::finish() {
  checkUnknown();
  return mistakes_;
}

void Reader::text(std::string_view key, std::string& value, std::string_view) {
  const auto json = take(key);
  if (!json) return;
  if (const auto text = json->string()) {
    value = *text;
  } else {
    refuse(key, "must be a string");
  }
}

void Reader::flag(std::string_view key, bool& value, std::string_view) {
  const auto json = take(key);
  if (!json) return;
  if (const auto flag = json->boolean()) {
    value = *flag;
  } else {
    refuse(key, "must be true or false");
  }
}

void Reader::number(std::string_view key, int& value, Range range, std::string_view) {
  const auto json = take(key);
  if (!json) return;
  const auto number = json->integer();
  if (number && *number >= range.least && *number <= range.most) {
    value = static_cast<int>(*number);
  } else {
    refuse(key, within(range, "a whole number"));
  }
}

void Reader::seconds(std::string_view key, std::chrono::milliseconds& value, Range range, std::string_view) {
  const auto json = take(key);
  if (!json) return;
  const auto number = json->number();
  if (number && *number >= range.least && *number <= range.most) {
    value = std::chrono::milliseconds(std::llround(*number * 1000));
  } else {
    refuse(key, within(range, "a number of seconds"));
  }
}

void Reader::list(std::string_view key, std::vector<std::string>& value, std::string_view) {
  const auto json = take(key);
  if (!json) return;
  if (!json->isArray()) return refuse(key, "must be an array of strings");
  value.clear();
  for (size_t i = 0; i < json->size(); ++i) {
    const auto text = json->at(i).string();
    if (!text) refuse(std::string(key) + "[" + std::to_string(i) + "]", "must be a string");
    value.push_back(text.value_or(""));
  }
}

void Reader::iceServers(std::string_view key, std::vector<IceServer>& value, std::string_view) {
  const auto json = take(key);
  if (!json) return;
  if (!json->isArray()) return refuse(key, "must be an array of {urls, username, credential}");
  value.clear();
  for (size_t i = 0; i < json->size(); ++i) {
    value.push_back(readIceServer(json->at(i), std::string(key) + "[" + std::to_string(i) + "]"));
  }
}

IceServer Reader::readIceServer(const Json& json, const std::string& path) {
  IceServer out;
  if (!json.isObject()) {
    refuse(path, "must be an object {urls, username, credential}");
    return out;
  }
  scopes_.push_back({json, pathOf(path), {}});
  list("urls", out.urls, "");
  text("username", out.username, "");
  text("credential", out.credential, "");
  if (out.urls.empty()) refuse("urls", "must name at least one URL");
  for (const auto& url : out.urls) {
    const bool known = url.starts_with("stun:") || url.starts_with("stuns:") || url.starts_with("turn:") ||
                       url.starts_with("turns:");
    if (!known) refuse("urls", "each must begin with stun:, stuns:, turn: or turns:");
  }
  end();
  return out;
}

}  // namespace tributary::config
