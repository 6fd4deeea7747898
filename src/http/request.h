#pragma once

#include <libsoup/soup.h>

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "glib/json.h"
#include "glib/object_ptr.h"

namespace tributary::http {

/// The value of a request header; empty when it is absent.
std::string_view header(SoupServerMessage* message, const char* name);
/// How many header lines of that name the request has.
int countHeader(SoupServerMessage* message, const char* name);
/// The address of the other end of the connection, a proxy's perhaps; "unknown" when it has gone.
std::string remoteAddress(SoupServerMessage* message);

/// What stands for the `{names}` of a route's pattern, decoded.
using Parameters = std::map<std::string, std::string, std::less<>>;

/// A request that a route matches. Thread: owner.
class Request {
 public:
  Request(SoupServerMessage* message, Parameters parameters)
      : message_(ObjectPtr<SoupServerMessage>::share(message)), parameters_(std::move(parameters)) {}

  std::string_view method() const { return soup_server_message_get_method(message_.get()); }
  /// Decoded: for logs.
  std::string path() const;
  /// Of the pattern's `{name}`; valid UTF-8, not empty, without "/" and NUL. The pattern must have it.
  const std::string& parameter(std::string_view name) const { return parameters_.find(name)->second; }
  /// Of `?name=value`, decoded; empty when it is absent.
  std::string query(const char* name) const;
  std::string_view header(const char* name) const { return http::header(message_.get(), name); }

  /// Empty while the body has not come yet (in a guard).
  std::string_view body() const;
  /// The body as a JSON object; no body is the empty object. Error badRequest.
  Result<Json> json() const;

  /// From a program on this machine, not through a proxy that says so.
  bool isDirectAndLocal() const;

  SoupServerMessage* message() const { return message_.get(); }

 private:
  ObjectPtr<SoupServerMessage> message_;
  Parameters parameters_;
};

}  // namespace tributary::http
