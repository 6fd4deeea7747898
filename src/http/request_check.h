#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tributary {

/// Checks of request headers. Pure.

/// The host part of a Host header ("meet.example.org:8080" → "meet.example.org"). nullopt: malformed.
std::optional<std::string> hostName(std::string_view hostHeader);

/// Whether pages of `origin` may connect: it is listed in `allowed`, or `allowed` is empty and it names the
/// same host and port as the Host header. Error forbidden.
Result<void> checkOrigin(std::string_view origin, std::string_view hostHeader,
                         const std::vector<std::string>& allowed);

/// On a server that only its own machine should reach, whether the Host header names that machine (localhost
/// or an address) or a configured origin. Keeps out pages that rebind their DNS name to 127.0.0.1. Error
/// forbidden.
Result<void> checkLocalHost(std::string_view hostHeader, const std::vector<std::string>& allowed);

/// The client's address: the last X-Forwarded-For entry where the connection comes from a trusted proxy, else
/// the connection's own.
std::string clientAddress(const std::string& remote, std::string_view forwardedFor,
                          const std::vector<std::string>& trustedProxies);

/// What one customer of a network has: an IPv4 address, or the /64 of an IPv6 one ("2001:db8::/64").
std::string addressGroup(const std::string& address);

/// Whether an HTTP list header ("a, b") has that word.
bool listHas(std::string_view header, std::string_view word);

}  // namespace tributary
