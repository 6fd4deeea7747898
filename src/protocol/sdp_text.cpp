#include "protocol/sdp_text.h"

#include <glib.h>

#include <algorithm>
#include <charconv>

namespace tributary::sdp {
namespace {

constexpr size_t longestLine = 1024;

bool isAlphanumeric(char c) {
  return g_ascii_isalnum(c) != FALSE;
}

Result<Line> readLine(std::string_view text, int number) {
  Line line{0, text, number};
  if (text.size() > longestLine) {
    return refuse(line, "longer than " + std::to_string(longestLine) + " bytes");
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return refuse(line, "has a control character");
  }
  const bool form = text.size() >= 2 && g_ascii_islower(text[0]) && text[1] == '=';
  // Some write an empty session name, which RFC 4566 forbids and nobody minds.
  if (!form || (text.size() == 2 && text[0] != 's')) return refuse(line, "must have the form x=value");
  line.type = text[0];
  line.value = text.substr(2);
  return line;
}

}  // namespace

tl::unexpected<Error> refuse(const Line& line, const std::string& what) {
  return fail(ErrorCode::invalidSdp, "SDP line " + std::to_string(line.number) + ": " + what);
}

tl::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::invalidSdp, "SDP: " + what);
}

Result<std::vector<Line>> splitLines(std::string_view text, const SdpLimits& limits) {
  if (text.empty()) return refuse("it is empty");
  if (text.size() > limits.maxBytes) {
    return refuse(std::to_string(text.size()) + " bytes; at most " + std::to_string(limits.maxBytes) +
                  " are taken");
  }
  if (!g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr)) {
    return refuse("not valid UTF-8, or it holds a NUL");
  }
  std::vector<Line> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view piece = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (piece.ends_with('\r')) piece.remove_suffix(1);
    const int lineNumber = static_cast<int>(lines.size()) + 1;
    if (lineNumber > limits.maxLines) {
      return refuse("more than " + std::to_string(limits.maxLines) + " lines");
    }
    auto line = readLine(piece, lineNumber);
    if (!line) return tl::unexpected(line.error());
    lines.push_back(*line);
  }
  return lines;
}

Result<std::vector<Section>> splitSections(const std::vector<Line>& lines) {
  std::vector<Section> sections(1);
  for (const Line& line : lines) {
    if (line.type == 'm') sections.emplace_back();
    const std::string_view allowed = sections.size() == 1 ? "vosiuepcbta" : "micba";
    if (allowed.find(line.type) == std::string_view::npos) {
      return refuse(line, std::string("a line of type ") + line.type + "= has no place here");
    }
    sections.back().push_back(line);
  }
  return sections;
}

std::vector<std::string_view> words(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const size_t end = text.find(separator);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::optional<uint64_t> number(std::string_view text, uint64_t most) {
  uint64_t value = 0;
  if (text.empty() || !g_ascii_isdigit(text.front())) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

bool isToken(std::string_view text, size_t longest) {
  constexpr std::string_view others = "!#$%&'*+-.^_`{|}~";
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [&](char c) {
    return isAlphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

bool isIceText(std::string_view text, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '+' || c == '/'; });
}

bool isHex(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return g_ascii_isxdigit(c) != FALSE; });
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), g_ascii_toupper);
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), g_ascii_tolower);
  return out;
}

std::string shown(std::string_view text) {
  const std::string_view head = text.substr(0, 40);
  std::string out = "\"";
  for (const char c : head)
    out += static_cast<unsigned char>(c) < 0x80 ? c : '?';
  return out + (head.size() < text.size() ? "…\"" : "\"");
}

Result<const Line*> single(const Section& section, std::string_view attribute) {
  const Line* found = nullptr;
  for (const Line& line : section) {
    if (line.type != 'a' || line.attribute() != attribute) continue;
    if (found != nullptr) return refuse(line, "a second a=" + std::string(attribute) + " in the same part");
    found = &line;
  }
  return found;
}

}  // namespace tributary::sdp
