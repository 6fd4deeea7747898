#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tributary {

/// Sound made shorter or longer by whole periods of itself (waveform similarity, as in WSOLA), so that
/// neither pitch nor click tells. Lengths are samples. Pure. Thread: any.
namespace stretch {

inline constexpr size_t fade = 240;  ///< 5 ms at 48 kHz, the length of a joint

/// The lag in [low, high] at which `sound` repeats its beginning best. It needs high + fade samples.
size_t bestLag(std::span<const float> sound, size_t low, size_t high);

/// Drops low to high samples near the front, whichever number joins best; how many. 0, and nothing changes,
/// where there are fewer than high + fade.
size_t shorten(std::vector<float>& sound, size_t low, size_t high);

/// Adds low to high samples near the front by repeating what is there. 0 as above.
size_t lengthen(std::vector<float>& sound, size_t low, size_t high);

}  // namespace stretch
}  // namespace tributary
