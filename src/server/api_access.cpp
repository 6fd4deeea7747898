#include "server/api_access.h"

#include <gio/gio.h>
#include <sys/stat.h>

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

Result<void> checkLocalCaller(const http::Request& request) {
  if (!request.isDirectAndLocal()) {
    return fail(ErrorCode::forbidden,
                "without a token the API is for this machine only; the operator may set \"admin.tokenFile\"");
  }
  const auto host = request.header("Host");
  if (auto local = checkLocalHost(host, {}); !local) return local;
  const auto origin = request.header("Origin");
  if (!origin.empty()) {
    if (auto own = checkOrigin(origin, host, {}); !own) {
      return fail(ErrorCode::forbidden, "pages of other sites may not call the API");
    }
  }
  // Images and links of other sites' pages bear no Origin, but this.
  const auto site = request.header("Sec-Fetch-Site");
  if (site.empty() || site == "same-origin" || site == "none") return {};
  return fail(ErrorCode::forbidden, "pages of other sites may not call the API");
}

}  // namespace

Result<void> AdminTokenAccess::loadToken(const std::string& path) {
  char* contents = nullptr;
  GError* error = nullptr;
  if (!g_file_get_contents(path.c_str(), &contents, nullptr, &error)) {
    return tl::unexpected(takeError(error, ErrorCode::badRequest, "admin.tokenFile"));
  }
  const std::unique_ptr<char, GFree> owned(contents);
  const std::string token = g_strstrip(contents);
  if (token.size() < shortestToken) {
    return fail(ErrorCode::badRequest, "admin.tokenFile: " + path + " must hold a token of at least " +
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
  if (digest_.empty()) return checkLocalCaller(request);
  const auto token = bearerToken(request.header("Authorization"));
  if (token.empty()) {
    return fail(ErrorCode::unauthorized, "the API needs the header Authorization: Bearer TOKEN");
  }
  if (equal(digestOf(token), digest_)) return {};
  return fail(ErrorCode::unauthorized, "this is not the server's token");
}

}  // namespace tributary
