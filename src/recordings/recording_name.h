#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tributary {

/// Names of recordings' files. Pure.

/// `text` as one path segment: letters, digits, "-", "_" and inner dots stay, anything else becomes "_"; 64
/// bytes at most, never empty, never beginning with a dot.
std::string safeSegment(std::string_view text);

/// `pattern` ("{room}/{date}/{room}-{time}-{id}") filled in: date 2026-11-22 and time 19-00-00 in UTC. The
/// result is relative, without an extension, and each of its segments is a safeSegment().
std::string recordingPath(std::string_view pattern, std::string_view room, std::string_view id,
                          std::time_t at);

/// Whether a pattern is fit: relative, 4 folders at most, no empty or dotted segment, known {names}, and {id}
/// in its last segment. The error says what would be right.
Result<void> checkPathPattern(std::string_view pattern);

}  // namespace tributary
