#pragma once

#include <string>

namespace tributary {

/// SHA-256 of the certificate in `pem`, as upper-case hex without colons; empty if there is none.
/// webrtcbin 1.22 does not compare it with the SDP's a=fingerprint, so PeerConnection does (RFC 8827, 6.5).
std::string certificateFingerprint(const char* pem);

}  // namespace tributary
