#include "media/dtls_handshake.h"

#include <dlfcn.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>

namespace tributary {
namespace {

constexpr long mtu = 1200;                   // bytes; as browsers do: it fits every way, tunnels included
constexpr unsigned firstWait = 100'000;      // µs; more than most round trips
constexpr unsigned longestWait = 5'000'000;  // µs; OpenSSL gives up at the thirteenth

using NewSession = SSL* (*)(SSL_CTX*);
std::atomic<bool> shaping = false;

/// OpenSSL's own.
NewSession original() {
  static const auto found = reinterpret_cast<NewSession>(dlsym(RTLD_NEXT, "SSL_new"));
  return found;
}

unsigned nextWait(SSL* /*session*/, unsigned last) {
  return last == 0 ? firstWait : std::min(last * 2, longestWait);
}

}  // namespace

bool shapeDtlsHandshakes() {
  const void* const seen = dlsym(RTLD_DEFAULT, "SSL_new");
  shaping = original() != nullptr && seen == reinterpret_cast<void*>(&SSL_new);
  return shaping;
}

}  // namespace tributary

/// Stands before OpenSSL's own, as a program's symbols do: GStreamer shows nobody the sessions it makes.
extern "C" SSL* SSL_new(SSL_CTX* context) {
  SSL* const session = tributary::original()(context);
  if (!tributary::shaping || session == nullptr || SSL_is_dtls(session) == 0) return session;
  SSL_set_options(session, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(session, tributary::mtu);
  DTLS_set_timer_cb(session, tributary::nextWait);
  return session;
}
