#include "protocol/text_rules.h"

#include <glib.h>

#include "protocol/sdp_offer.h"

namespace tributary::text {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view digits = "0123456789";

bool madeOf(std::string_view text, std::string_view more) {
  for (const char c : text) {
    const bool known = letters.find(c) != std::string_view::npos ||
                       digits.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
    if (!known) return false;
  }
  return true;
}

bool printableAscii(std::string_view text) {
  for (const char c : text) {
    if (c < 0x21 || c > 0x7e) return false;
  }
  return true;
}

/// Characters that turn the direction of the text around them, or mark it invisibly.
bool turnsText(gunichar c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f ||
         c == 0x061c;
}

bool isControl(gunichar c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

template <typename Keep>
std::string filtered(std::string_view text, size_t maxPoints, Keep keep) {
  std::string out;
  size_t points = 0;
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end && points < maxPoints; at = g_utf8_next_char(at)) {
    if (!keep(g_utf8_get_char(at))) continue;
    out.append(at, static_cast<size_t>(g_utf8_next_char(at) - at));
    ++points;
  }
  return out;
}

std::string trimmed(const std::string& text) {
  std::string copy = text;
  g_strstrip(copy.data());
  return copy.c_str();
}

}  // namespace

Result<std::string> roomName(std::string_view text) {
  if (text.empty() || text.size() > 64 || !madeOf(text, "._-")) {
    return fail(ErrorCode::badRequest, "must be 1 to 64 characters of A–Z a–z 0–9 . _ -");
  }
  if (text.front() == '.') return fail(ErrorCode::badRequest, "must not begin with a dot");
  return std::string(text);
}

Result<std::string> plainName(std::string_view text) {
  if (text.empty() || text.size() > 128 || !madeOf(text, "._-")) {
    return fail(ErrorCode::badRequest, "must be 1 to 128 characters of A–Z a–z 0–9 . _ -");
  }
  return std::string(text);
}

Result<std::string> displayName(std::string_view text) {
  bool afterBlank = true;
  const std::string name = filtered(text, 64, [&afterBlank](gunichar c) {
    const bool blank = g_unichar_isspace(c) != FALSE;
    if (isControl(c) || turnsText(c) || (blank && afterBlank)) return false;
    afterBlank = blank;
    return true;
  });
  const std::string out = trimmed(name);
  return out.empty() ? "Guest" : out;
}

Result<std::string> chatText(std::string_view text) {
  constexpr size_t most = 2000;
  const std::string kept =
      trimmed(filtered(text, most * 4, [](gunichar c) { return c == '\n' || c == '\t' || !isControl(c); }));
  const auto points = g_utf8_strlen(kept.data(), static_cast<gssize>(kept.size()));
  if (points < 1 || points > static_cast<glong>(most)) {
    return fail(ErrorCode::badRequest, "must be 1 to 2000 characters");
  }
  return kept;
}

Result<std::string> token(std::string_view text) {
  if (text.empty() || text.size() > 8192 || !printableAscii(text)) {
    return fail(ErrorCode::badRequest, "must be 1 to 8192 visible ASCII characters");
  }
  return std::string(text);
}

Result<std::string> candidateLine(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || text.size() > 1024) {
      return fail(ErrorCode::badRequest, "must be one line of at most 1024 characters");
    }
  }
  return std::string(text);
}

Result<std::string> role(std::string_view text) {
  if (text == "moderator" || text == "participant" || text == "viewer") return std::string(text);
  return fail(ErrorCode::badRequest, "must be moderator, participant or viewer");
}

Result<std::string> mediaId(std::string_view text) {
  if (text.empty() || text.size() > 16 || !madeOf(text, "!#$%&'*+-.^_`{|}~")) {
    return fail(ErrorCode::badRequest, "must be the a=mid of an m-line: 1 to 16 token characters");
  }
  return std::string(text);
}

Result<std::string> sdp(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::badRequest, "must be a session description, not empty");
  if (text.size() > SdpLimits{}.maxBytes) {
    return fail(ErrorCode::tooLarge, "must be at most " + std::to_string(SdpLimits{}.maxBytes) + " bytes");
  }
  return std::string(text);
}

}  // namespace tributary::text
