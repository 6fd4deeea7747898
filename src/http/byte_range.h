#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary::http {

/// A part of a file: bytes `first` to `last`, both of it.
struct ByteRange {
  uint64_t first = 0;
  uint64_t last = 0;

  uint64_t size() const { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

enum class RangeOutcome { whole, part, unsatisfiable };

/// What a Range header (RFC 9110, 14.2) asks of a file of `size` bytes. Several ranges at once, other units
/// and broken headers get the whole file, which the RFC allows. `range` is set for a part. Pure.
RangeOutcome parseRange(std::string_view header, uint64_t size, ByteRange& range);

}  // namespace tributary::http
