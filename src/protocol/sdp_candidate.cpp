#include <gio/gio.h>

#include <memory>

#include "glib/object_ptr.h"
#include "protocol/sdp_offer.h"
#include "protocol/sdp_text.h"

namespace tributary {
namespace {

using sdp::isIceText;
using sdp::number;

constexpr size_t longestCandidate = 512;

tl::unexpected<Error> malformed(const std::string& what) {
  return fail(ErrorCode::badRequest, "the candidate is malformed: " + what);
}

std::string_view withoutPrefix(std::string_view line) {
  if (line.starts_with("a=")) line.remove_prefix(2);
  if (line.starts_with("candidate:")) line.remove_prefix(10);
  return line;
}

bool isAddress(std::string_view text) {
  return g_hostname_is_ip_address(std::string(text).c_str()) != FALSE;
}

/// A name such as an mDNS one: letters, digits, dots, hyphens.
bool isHostName(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") ==
             std::string_view::npos;
}

bool isKnownType(std::string_view type) {
  return type == "host" || type == "srflx" || type == "prflx" || type == "relay";
}

/// `raddr`, `rport`, `generation` … : pairs of a name and a value.
Result<void> checkExtensions(const std::vector<std::string_view>& words, size_t from) {
  if ((words.size() - from) % 2 != 0)
    return malformed("what follows the type must be pairs of name and value");
  for (size_t i = from; i + 1 < words.size(); i += 2) {
    if (!sdp::isToken(words[i], 64)) return malformed("the name " + sdp::shown(words[i]));
    if (words[i + 1].empty()) return malformed(sdp::shown(words[i]) + " has no value");
    if (words[i] == "rport" && !number(words[i + 1], 65535)) return malformed("rport must be 0 to 65535");
  }
  return {};
}

Result<void> checkFixedPart(const std::vector<std::string_view>& words) {
  if (words.size() < 8) return malformed("it must have at least eight words");
  if (!isIceText(words[0], 1, 32)) return malformed("the foundation must be 1 to 32 letters and digits");
  const auto component = number(words[1], 256);
  if (!component || *component == 0) return malformed("the component must be 1 to 256");
  if (!sdp::isToken(words[2], 16)) return malformed("the transport");
  if (!number(words[3], 4294967295)) return malformed("the priority must be a 32-bit number");
  if (!isAddress(words[4]) && !isHostName(words[4])) return malformed("the address");
  if (!number(words[5], 65535)) return malformed("the port must be 0 to 65535");
  if (words[6] != "typ" || !sdp::isToken(words[7], 16))
    return malformed("the type must follow the word \"typ\"");
  return {};
}

bool isUsable(const std::vector<std::string_view>& words) {
  return words[1] == "1" && sdp::lower(words[2]) == "udp" && isAddress(words[4]) && words[5] != "0" &&
         isKnownType(words[7]);
}

}  // namespace

Result<std::optional<std::string>> checkCandidate(std::string_view line) {
  if (line.size() > longestCandidate) return malformed("longer than 512 bytes");
  for (const char c : line) {
    if (c < 0x20 || c == 0x7f) return malformed("it has a control or non-ASCII character");
  }
  const std::string_view body = withoutPrefix(line);
  const auto words = sdp::words(body);
  if (auto checked = checkFixedPart(words); !checked) return tl::unexpected(checked.error());
  if (auto checked = checkExtensions(words, 8); !checked) return tl::unexpected(checked.error());
  if (!isUsable(words)) return std::nullopt;
  return "candidate:" + std::string(body);
}

}  // namespace tributary
