#include "container/ebml.h"

#include <bit>

namespace tributary::ebml {
namespace {

std::string bigEndian(uint64_t value, size_t bytes) {
  std::string out(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i)
    out[bytes - 1 - i] = static_cast<char>(value >> (8 * i));
  return out;
}

std::string shortSize(uint64_t size) {
  size_t bytes = 1;
  // All ones is reserved for "unknown".
  while (bytes < 8 && size >= (1ULL << (7 * bytes)) - 1)
    ++bytes;
  return bigEndian(size | 1ULL << (7 * bytes), bytes);
}

}  // namespace

std::string idBytes(uint32_t id) {
  const int bits = 32 - std::countl_zero(id);
  return bigEndian(id, static_cast<size_t>(bits + 7) / 8);
}

std::string longSize(uint64_t size) {
  return bigEndian(size | 1ULL << 56, 8);
}

std::string element(uint32_t id, std::string_view payload) {
  return idBytes(id).append(shortSize(payload.size())).append(payload);
}

std::string number(uint32_t id, uint64_t value) {
  const int bits = 64 - std::countl_zero(value | 1);
  return element(id, bigEndian(value, static_cast<size_t>(bits + 7) / 8));
}

std::string real(uint32_t id, double value) {
  return element(id, bigEndian(std::bit_cast<uint64_t>(value), 8));
}

std::string text(uint32_t id, std::string_view value) {
  return element(id, value);
}

std::string filler(size_t bytes) {
  const size_t payload = bytes - 9;
  return idBytes(voidElement).append(longSize(payload)).append(payload, '\0');
}

std::optional<Header> readHeader(std::string_view data) {
  if (data.empty()) return std::nullopt;
  const auto at = [&data](size_t i) { return static_cast<uint8_t>(data[i]); };
  const auto idLength = static_cast<size_t>(std::countl_zero(at(0))) + 1;
  if (idLength > 4 || data.size() <= idLength) return std::nullopt;
  Header out;
  for (size_t i = 0; i < idLength; ++i)
    out.id = out.id << 8 | at(i);
  const auto sizeLength = static_cast<size_t>(std::countl_zero(at(idLength))) + 1;
  if (sizeLength > 8 || data.size() < idLength + sizeLength) return std::nullopt;
  out.size = at(idLength) & (0xFFU >> sizeLength);
  bool ones = out.size == (0xFFU >> sizeLength);
  for (size_t i = 1; i < sizeLength; ++i) {
    out.size = out.size << 8 | at(idLength + i);
    ones = ones && at(idLength + i) == 0xFF;
  }
  if (ones) out.size = unknownSize;
  out.bytes = idLength + sizeLength;
  return out;
}

uint64_t readNumber(std::string_view payload) {
  uint64_t out = 0;
  for (const char c : payload.substr(0, 8))
    out = out << 8 | static_cast<uint8_t>(c);
  return out;
}

}  // namespace tributary::ebml
