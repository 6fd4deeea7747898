#include "http/request_check.h"

#include <arpa/inet.h>
#include <gio/gio.h>

#include <algorithm>
#include <array>

namespace tributary {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), g_ascii_tolower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// "http://Host:80" → "host:80"; empty for anything that is not a web origin.
std::string hostOfOrigin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return lower(origin.substr(scheme.size()));
  }
  return {};
}

bool isIpAddress(const std::string& text) {
  return g_hostname_is_ip_address(text.c_str()) != FALSE;
}

}  // namespace

std::optional<std::string> hostName(std::string_view hostHeader) {
  std::string_view host = hostHeader;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto behind = host.substr(end + 1);
    if (!behind.empty() && behind.front() != ':') return std::nullopt;
    host = host.substr(1, end - 1);
    return isIpAddress(std::string(host)) ? std::optional(lower(host)) : std::nullopt;
  }
  host = host.substr(0, host.find(':'));
  const bool plain = !host.empty() && std::ranges::all_of(host, [](char c) {
    return g_ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
  });
  return plain ? std::optional(lower(host)) : std::nullopt;
}

Result<void> checkOrigin(std::string_view origin, std::string_view hostHeader,
                         const std::vector<std::string>& allowed) {
  const bool listed =
      std::ranges::any_of(allowed, [&](const auto& one) { return lower(one) == lower(origin); });
  if (listed || (allowed.empty() && !hostHeader.empty() && hostOfOrigin(origin) == lower(hostHeader)))
    return {};
  return fail(ErrorCode::forbidden,
              "pages of that origin may not connect; the operator may list it in \"origins\"");
}

Result<void> checkLocalHost(std::string_view hostHeader, const std::vector<std::string>& allowed) {
  const auto host = hostName(hostHeader);
  if (host && (*host == "localhost" || host->ends_with(".localhost") || isIpAddress(*host))) return {};
  const bool listed = host && std::ranges::any_of(allowed, [&](const auto& origin) {
                        return hostName(hostOfOrigin(origin)) == *host;
                      });
  if (listed) return {};
  return fail(
      ErrorCode::forbidden,
      "this server is for its own machine: use localhost or an address, or list the site in \"origins\"");
}

std::string clientAddress(const std::string& remote, std::string_view forwardedFor,
                          const std::vector<std::string>& trustedProxies) {
  if (std::ranges::find(trustedProxies, remote) == trustedProxies.end()) return remote;
  const size_t comma = forwardedFor.rfind(',');
  const std::string last(
      trimmed(comma == std::string_view::npos ? forwardedFor : forwardedFor.substr(comma + 1)));
  return isIpAddress(last) ? last : remote;
}

std::string addressGroup(const std::string& address) {
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes)) return address;
  std::fill(bytes.s6_addr + 8, bytes.s6_addr + 16, uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, &bytes, text.data(), text.size());
  return std::string(text.data()) + "/64";
}

bool listHas(std::string_view header, std::string_view word) {
  while (!header.empty()) {
    const size_t comma = header.find(',');
    if (trimmed(header.substr(0, comma)) == word) return true;
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
  }
  return false;
}

}  // namespace tributary
