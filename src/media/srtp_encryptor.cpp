#include "media/srtp_encryptor.h"

#include <re.h>

namespace tributary {

void SrtpEncryptor::Free::operator()(srtp* context) const {
  mem_deref(context);
}

SrtpEncryptor::SrtpEncryptor(std::span<const uint8_t, keyBytes> key) {
  srtp* made = nullptr;
  if (srtp_alloc(&made, SRTP_AES_CM_128_HMAC_SHA1_80, key.data(), key.size(), 0) == 0) context_.reset(made);
}

size_t SrtpEncryptor::protect(std::span<uint8_t> packet, size_t size) {
  // libre would let a buffer grow that is not its own.
  if (!context_ || packet.size() < size + tagBytes) return 0;
  mbuf bytes{packet.data(), packet.size(), 0, size};
  return srtp_encrypt(context_.get(), &bytes) == 0 ? bytes.end : 0;
}

}  // namespace tributary
