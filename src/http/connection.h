#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

namespace tributary::http {

// The TCP connection that brought a message. Libsoup does not tell of one that it did not accept itself
// (soup_server_message_get_socket() is null). Thread: owner.

/// Once, when a request begins.
void setConnection(SoupServerMessage* message, GIOStream* stream);
/// Whether it is open still, as far as one has tried to use it.
bool isConnected(SoupServerMessage* message);
/// Closes it at once, whatever has been promised in headers.
void closeConnection(SoupServerMessage* message);

}  // namespace tributary::http
