#include "http/router.h"

#include <algorithm>

namespace tributary::http {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const size_t end = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return out;
}

/// nullopt: an encoded slash or NUL, broken encoding, or no UTF-8.
std::optional<std::string> decoded(std::string_view segment) {
  const std::unique_ptr<char, GFree> text(
      g_uri_unescape_segment(segment.data(), segment.data() + segment.size(), "/"));
  if (!text || !g_utf8_validate(text.get(), -1, nullptr)) return std::nullopt;
  return text.get();
}

std::optional<Parameters> parametersOf(std::string_view pattern, const std::vector<std::string_view>& path) {
  const auto wanted = segments(pattern);
  if (wanted.size() != path.size()) return std::nullopt;
  Parameters out;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const bool isName = wanted[i].starts_with('{');
    if (!isName && wanted[i] != path[i]) return std::nullopt;
    if (!isName) continue;
    const auto value = decoded(path[i]);
    if (!value || value->empty()) return std::nullopt;
    out.emplace(wanted[i].substr(1, wanted[i].size() - 2), *value);
  }
  return out;
}

}  // namespace

std::optional<Router::Match> Router::find(std::string_view method, std::string_view rawPath) const {
  if (!rawPath.starts_with('/')) return std::nullopt;
  const auto path = segments(rawPath);
  std::optional<Match> match;
  for (const auto& route : routes_) {
    auto parameters = parametersOf(route.pattern, path);
    if (!parameters) continue;
    if (!match) match.emplace();
    match->allowed.push_back(route.method);
    if (route.method == "GET") match->allowed.emplace_back("HEAD");
    if (route.method != method && !(route.method == "GET" && method == "HEAD")) continue;
    if (match->route != nullptr) continue;
    match->route = &route;
    match->parameters = std::move(*parameters);
  }
  return match;
}

}  // namespace tributary::http
