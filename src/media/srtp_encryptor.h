#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct srtp;  // libre's

namespace tributary {

/// Protects the RTP packets that one peer is sent (RFC 3711, AES_CM_128_HMAC_SHA1_80). By libre, whose
/// OpenSSL takes a quarter of the time that Debian's libsrtp takes with NSS
/// (docs/decisions/0007-sending-threads.md). Packets of one SSRC come in order. One thread at a time.
class SrtpEncryptor {
 public:
  static constexpr size_t keyBytes = 30;  ///< master key and salt
  static constexpr size_t tagBytes = 10;  ///< by which a packet grows

  explicit SrtpEncryptor(std::span<const uint8_t, keyBytes> key);

  bool valid() const { return context_ != nullptr; }

  /// Encrypts a packet where it is, and appends its tag: `packet` has `tagBytes` of room behind `size`. The
  /// new size; 0: it has no room or no RTP header, or is of one SSRC too many (libre keeps 8).
  size_t protect(std::span<uint8_t> packet, size_t size);

 private:
  struct Free {
    void operator()(srtp* context) const;
  };
  std::unique_ptr<srtp, Free> context_;
};

}  // namespace tributary
