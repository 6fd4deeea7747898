#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tributary {

/// Where in an RTP packet the data of the header extension `id` begins (RFC 8285, either form); nullopt when
/// it is not there with at least `length` bytes. `packet` may end behind its header. Pure.
std::optional<size_t> findExtension(std::span<const uint8_t> packet, int id, size_t length);

}  // namespace tributary
