#pragma once

#include <libsoup/soup.h>

#include <string>
#include <string_view>

#include "base/error.h"

namespace tributary::http {

/// The value of a request header; empty when it is absent.
std::string_view header(SoupServerMessage* message, const char* name);
/// How many header lines of that name the request has.
int countHeader(SoupServerMessage* message, const char* name);

/// Adds the headers every answer bears: nosniff, no referrer, a strict Content-Security-Policy.
void addSecurityHeaders(SoupServerMessage* message);

void reply(SoupServerMessage* message, unsigned status, const char* contentType, std::string_view body);
/// RFC 9457 problem details.
void problem(SoupServerMessage* message, unsigned status, const Error& error);

}  // namespace tributary::http
