#include <algorithm>

#include "protocol/sdp_media.h"

namespace tributary::sdp {
namespace {

/// "sha-256 AB:CD:…" → 64 hexadecimal digits.
Result<std::string> readFingerprint(const Line& line) {
  const auto parts = words(line.argument());
  if (parts.size() != 2 || lower(parts[0]) != "sha-256") {
    return refuse(line, "the fingerprint must be a=fingerprint:sha-256 <32 bytes>");
  }
  const auto bytes = words(parts[1], ':');
  const bool right = bytes.size() == 32 && std::ranges::all_of(bytes, [](std::string_view byte) {
                       return byte.size() == 2 && isHex(byte);
                     });
  if (!right) return refuse(line, "the fingerprint must be 32 bytes, as AB:CD:…");
  std::string out;
  for (const auto byte : bytes)
    out += upper(byte);
  return out;
}

/// RFC 8842 asks offers for `actpass`; `active` is let through, as it leaves us the role that we take
/// anyway (RFC 4145). `passive` and `holdconn` would make us the DTLS client or leave no handshake at all.
Result<std::string> readSetup(const Line& line) {
  const std::string setup = lower(line.argument());
  if (setup == "actpass" || setup == "active") return setup;
  return refuse(line, "a=setup must be actpass (or active) in an offer, not " + shown(line.argument()));
}

Result<std::string> readIceText(const Line& line, size_t least) {
  if (isIceText(line.argument(), least, 256)) return std::string(line.argument());
  return refuse(line, "a=" + std::string(line.attribute()) + " must be " + std::to_string(least) +
                          " to 256 characters of A–Z a–z 0–9 + /");
}

}  // namespace

Result<Transport> readTransport(const Section& section, const Transport& inherited) {
  Transport out = inherited;
  const auto read = [&section](std::string_view name, std::string& target, auto reader) -> Result<void> {
    const auto line = single(section, name);
    if (!line) return tl::unexpected(line.error());
    if (*line == nullptr) return {};
    auto value = reader(**line);
    if (!value) return tl::unexpected(value.error());
    target = *value;
    return {};
  };
  auto done = read("ice-ufrag", out.ufrag, [](const Line& line) { return readIceText(line, 4); });
  if (done) done = read("ice-pwd", out.password, [](const Line& line) { return readIceText(line, 22); });
  if (done) done = read("fingerprint", out.fingerprint, readFingerprint);
  if (done) done = read("setup", out.setup, readSetup);
  if (!done) return tl::unexpected(done.error());
  return out;
}

}  // namespace tributary::sdp
