#include "base/random_id.h"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <cstdlib>

namespace tributary {
namespace {

/// `count` characters of 5 bits each.
std::string randomCharacters(size_t count) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<uint8_t, 64> bytes{};
  // Up to 256 bytes getrandom() neither fails nor gives less (man 2 getrandom).
  if (getrandom(bytes.data(), count, 0) != static_cast<ssize_t>(count)) std::abort();
  std::string out;
  for (size_t i = 0; i < count; ++i)
    out += alphabet[bytes.at(i) % alphabet.size()];
  return out;
}

}  // namespace

std::string randomId(std::string_view prefix) {
  return std::string(prefix) + randomCharacters(10);
}

std::string randomToken() {
  return randomCharacters(26);
}

}  // namespace tributary
