#include "http/byte_range.h"

#include <algorithm>
#include <charconv>

namespace tributary::http {
namespace {

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

RangeOutcome parseRange(std::string_view header, uint64_t size, ByteRange& range) {
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit)) return RangeOutcome::whole;
  header.remove_prefix(unit.size());
  const size_t dash = header.find('-');
  if (dash == std::string_view::npos) return RangeOutcome::whole;
  const auto first = number(header.substr(0, dash));
  const auto last = number(header.substr(dash + 1));
  const bool open = dash + 1 == header.size();
  if (dash == 0) {  // the last n bytes
    if (!last) return RangeOutcome::whole;
    if (*last == 0 || size == 0) return RangeOutcome::unsatisfiable;
    range = {size - std::min(*last, size), size - 1};
    return RangeOutcome::part;
  }
  if (!first || (!last && !open) || (last && *last < *first)) return RangeOutcome::whole;
  if (*first >= size) return RangeOutcome::unsatisfiable;
  range = {*first, last ? std::min(*last, size - 1) : size - 1};
  return RangeOutcome::part;
}

}  // namespace tributary::http
