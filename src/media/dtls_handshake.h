#pragma once

namespace tributary {

/// Has each DTLS handshake of this process, whoever begins it, use datagrams of up to 1200 bytes and send a
/// flight that is not answered again after 100 ms, then after twice as long each time, 5 s at most.
///
/// GStreamer tells OpenSSL no MTU, which then takes 256 bytes: a flight is five or six datagrams, each of
/// which may be lost; and OpenSSL waits a second before it sends one again (RFC 6347, 4.2.4.1). Browsers wait
/// 50 ms. Measured in docs/decisions/0010-dtls-handshakes.md.
///
/// Call it once, before the first pipeline. Returns false where it has no effect because GStreamer's DTLS
/// does not use the OpenSSL that this program is linked with: handshakes are slow under loss then, and work.
bool shapeDtlsHandshakes();

}  // namespace tributary
