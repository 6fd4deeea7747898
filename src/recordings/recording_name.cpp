#include "recordings/recording_name.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tributary {
namespace {

constexpr size_t longestSegment = 64;
constexpr size_t longestFile = 180;  // with extension and ".part" below every file system's 255
constexpr size_t mostFolders = 4;
constexpr std::array<std::string_view, 4> names = {"{room}", "{date}", "{time}", "{id}"};

bool isSafe(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> out(1);
  for (const char c : path) {
    if (c == '/') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string formatted(const char* format, std::time_t at) {
  std::tm utc{};
  gmtime_r(&at, &utc);
  char out[32];
  return {out, std::strftime(out, sizeof out, format, &utc)};
}

void replaceAll(std::string& text, std::string_view what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string cleaned(std::string_view text, size_t longest) {
  std::string out;
  for (const char c : text.substr(0, longest))
    out += isSafe(c) || (c == '.' && !out.empty()) ? c : '_';
  return out.empty() ? "_" : out;
}

}  // namespace

std::string safeSegment(std::string_view text) {
  return cleaned(text, longestSegment);
}

std::string recordingPath(std::string_view pattern, std::string_view room, std::string_view id,
                          std::time_t at) {
  std::string out;
  for (auto& segment : split(pattern)) {
    replaceAll(segment, "{room}", safeSegment(room));
    replaceAll(segment, "{date}", formatted("%Y-%m-%d", at));
    replaceAll(segment, "{time}", formatted("%H-%M-%S", at));
    replaceAll(segment, "{id}", safeSegment(id));
    if (!out.empty()) out += '/';
    out += cleaned(segment, longestFile);
  }
  return out;
}

Result<void> checkPathPattern(std::string_view pattern) {
  const auto segments = split(pattern);
  if (segments.size() > mostFolders + 1) {
    return fail(ErrorCode::badRequest, "must have at most " + std::to_string(mostFolders) + " folders");
  }
  for (auto segment : segments) {
    if (segment.empty() || segment.front() == '.') {
      return fail(ErrorCode::badRequest,
                  "must be relative, and no part of it may be empty or begin with a dot");
    }
    for (const auto name : names)
      replaceAll(segment, name, "x");
    if (!std::ranges::all_of(segment, [](char c) { return isSafe(c) || c == '.'; })) {
      return fail(ErrorCode::badRequest,
                  "must be made of letters, digits, -, _, . and {room}, {date}, {time}, {id}");
    }
  }
  if (segments.back().find("{id}") == std::string::npos) {
    return fail(ErrorCode::badRequest, "must have {id} in its last part, so that no two files are the same");
  }
  return {};
}

}  // namespace tributary
