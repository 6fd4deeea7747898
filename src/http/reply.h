#pragma once

#include <libsoup/soup.h>

#include <string_view>

#include "base/error.h"

namespace tributary::http {

/// Adds the headers every answer bears: nosniff, no referrer, a strict Content-Security-Policy.
void addSecurityHeaders(SoupServerMessage* message);

void reply(SoupServerMessage* message, unsigned status, const char* contentType, std::string_view body);
/// RFC 9457 problem details, with the status that belongs to the error's code.
void problem(SoupServerMessage* message, const Error& error);
void problem(SoupServerMessage* message, unsigned status, const Error& error);

/// 403 for `forbidden` and so on.
unsigned statusOf(ErrorCode code);

}  // namespace tributary::http
