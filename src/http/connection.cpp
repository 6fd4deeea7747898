#include "http/connection.h"

namespace tributary::http {
namespace {

constexpr const char* key = "tributary-connection";

GIOStream* connectionOf(SoupServerMessage* message) {
  return static_cast<GIOStream*>(g_object_get_data(G_OBJECT(message), key));
}

}  // namespace

void setConnection(SoupServerMessage* message, GIOStream* stream) {
  g_object_set_data_full(G_OBJECT(message), key, g_object_ref(stream), g_object_unref);
}

bool isConnected(SoupServerMessage* message) {
  GIOStream* stream = connectionOf(message);
  return stream != nullptr && g_io_stream_is_closed(stream) == FALSE;
}

void closeConnection(SoupServerMessage* message) {
  GIOStream* stream = connectionOf(message);
  if (stream == nullptr) return;
  // The socket below libsoup's streams: these may have an operation under way.
  g_socket_close(g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream)), nullptr);
}

}  // namespace tributary::http
