#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tributary {

/// What a receiver says in a compound RTCP packet that its way takes, bit/s (REMB,
/// draft-alvestrand-rmcat-remb-03). nullopt where nothing is said; what is malformed ends the reading. Pure.
std::optional<double> readRemb(std::span<const uint8_t> compound);

}  // namespace tributary
