#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tributary {

/// H.264 as encoders give it (Annex B: start codes) and as files hold it (each unit behind its length). Pure.

/// The units of an access unit, without start codes; views into `stream`.
std::vector<std::span<const uint8_t>> h264Units(std::span<const uint8_t> stream);

/// The same access unit, each unit behind four bytes of its length. Access unit delimiters are left out.
std::vector<uint8_t> toLengthPrefixed(std::span<const uint8_t> stream);

/// The AVCDecoderConfigurationRecord (ISO/IEC 14496-15) made of the parameter sets in `stream`; empty when
/// it lacks them.
std::vector<uint8_t> h264Config(std::span<const uint8_t> stream);

}  // namespace tributary
