#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "config/server_config.h"
#include "http/request.h"
#include "server/page_sessions.h"

namespace tributary {

/// What a route of the API lets its caller do; the names are those of LiveKit's token grants.
enum class Grant {
  roomList,
  roomCreate,
  roomAdmin,   ///< of the room in the path
  roomRecord,  ///< of the room in the path, and of recordings
  server,      ///< the server as a whole
};

/// Decides who may call the API. Thread: owner.
class ApiAccess {
 public:
  virtual ~ApiAccess() = default;
  /// `room` is the one in the path, or empty. Errors: unauthorized (no token, or a wrong one), forbidden (not
  /// from there, not this).
  virtual Result<void> check(const http::Request& request, Grant grant, std::string_view room) const = 0;
};

/// One secret for everything (`admin.tokenFile`), which pages show once and have a session for then
/// (session_api.h). Where there is none, callers must be on this machine, must call it by name (a page that
/// rebinds its DNS name does not), and must not be another site's page; and the server must have no public
/// site, whose proxy may look like a caller of this machine.
class AdminTokenAccess : public ApiAccess {
 public:
  static constexpr size_t shortestToken = 16;  ///< characters
  static constexpr const char* sessionCookie = "tributary_session";

  /// Error badRequest: the file cannot be read, or what is in it can be guessed.
  Result<void> loadToken(const std::string& path);
  bool needsToken() const { return !digest_.empty(); }
  void setPublic(bool isPublic) { public_ = isPublic; }

  Result<void> check(const http::Request& request, Grant grant, std::string_view room) const override;

  PageSessions& sessions() { return sessions_; }
  /// The session that a request's cookie names, known or not; empty: none.
  static std::string sessionOf(const http::Request& request);
  bool hasSession(const http::Request& request) const;

 private:
  Result<void> checkSession(const http::Request& request) const;
  Result<void> checkLocal(const http::Request& request) const;

  bool public_ = false;
  std::string digest_;  ///< SHA-256 of the token; empty: there is none
  PageSessions sessions_;
};

}  // namespace tributary
