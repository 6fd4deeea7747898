#include "server/api_access.h"

#include <gio/gio.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "base/log.h"
#include "glib/object_ptr.h"
#include "http/request_check.h"

namespace tributary {
namespace {

std::string digestOf(std::string_view text) {
  const std::unique_ptr<char, GFree> sum(g_compute_checksum_for_data(
      G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(text.data()), text.size()));
  return sum.get();
}

/// Takes the same time wherever they differ.
bool equal(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

/// "Bearer x" → "x"; empty for anything else.
std::string_view bearerToken(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() <= scheme.size()) return {};
  if (g_ascii_strncasecmp(authorization.data(), scheme.data(), scheme.size()) != 0) return {};
  return authorization.substr(scheme.size());
}

/// Not for pages of other sites.
Result<void> checkOwnPage(const http::Request& request) {
  const auto origin = request.header("Origin");
  // Images and links of other sites' pages bear no Origin, but this.
  const auto site = request.header("Sec-Fetch-Site");
  const bool own = origin.empty() || checkOrigin(origin, request.header("Host"), {});
  if (own && (site.empty() || site == "same-origin" || site == "none")) return {};
  return fail(ErrorCode::forbidden, "pages of other sites may not call the API");
}

Result<void> checkLocalCaller(const http::Request& request) {
  if (!request.isDirectAndLocal()) {
    return fail(ErrorCode::forbidden,
                "without a token the API is for this machine only; the operator may set \"admin.tokenFile\"");
  }
  if (auto local = checkLocalHost(request.header("Host"), {}); !local) return local;
  return checkOwnPage(request);
}

/// Of a Cookie header (RFC 6265, 4.2.1): "a=1; b=2".
std::string cookieNamed(std::string_view name, std::string_view header) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = header.substr(0, end);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return std::string(pair.substr(name.size() + 1));
    }
    header.remove_prefix(std::min(header.find_first_not_of("; ", end), header.size()));
  }
  return {};
}

}  // namespace

Result<void> AdminTokenAccess::loadToken(const std::string& path) {
  char* contents = nullptr;
  GError* error = nullptr;
  if (!g_file_get_contents(path.c_str(), &contents, nullptr, &error)) {
    return tl::unexpected(takeError(error, ErrorCode::badRequest, "the token cannot be read"));
  }
  const std::unique_ptr<char, GFree> owned(contents);
  const std::string token = g_strstrip(contents);
  if (token.size() < shortestToken) {
    return fail(ErrorCode::badRequest, path + " must hold a token of at least " +
                                           std::to_string(shortestToken) +
                                           " characters; openssl rand -hex 32 makes one");
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH)) != 0) {
    log::warning("admin.tokenReadable", {{"path", path}, {"note", "others may read it: chmod 600"}});
  }
  digest_ = digestOf(token);
  return {};
}

Result<void> AdminTokenAccess::check(const http::Request& request, Grant, std::string_view) const {
  if (digest_.empty()) return checkLocal(request);
  const auto token = bearerToken(request.header("Authorization"));
  if (token.empty()) return checkSession(request);
  if (equal(digestOf(token), digest_)) return {};
  return fail(ErrorCode::unauthorized, "this is not the server's token");
}

Result<void> AdminTokenAccess::checkLocal(const http::Request& request) const {
  if (auto local = checkLocalCaller(request); !local || !public_) return local;
  return fail(
      ErrorCode::forbidden,
      "this server has a public site (\"origins\"), so that the API needs a token: set \"admin.tokenFile\"");
}

std::string AdminTokenAccess::sessionOf(const http::Request& request) {
  return cookieNamed(sessionCookie, request.header("Cookie"));
}

bool AdminTokenAccess::hasSession(const http::Request& request) const {
  return sessions_.knows(sessionOf(request), PageSessions::Clock::now());
}

Result<void> AdminTokenAccess::checkSession(const http::Request& request) const {
  if (hasSession(request)) return checkOwnPage(request);
  if (!sessionOf(request).empty()) {
    return fail(ErrorCode::unauthorized, "the session is over; sign in again");
  }
  return fail(ErrorCode::unauthorized, "the API needs the header Authorization: Bearer TOKEN");
}

}  // namespace tributary
