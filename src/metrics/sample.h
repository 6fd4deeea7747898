#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glib/json.h"

namespace tributary {

/// One metric value as a room process reports it (docs/room-channel.md, `stats`).
struct Sample {
  enum class Type { gauge, counter, histogram };
  using Labels = std::map<std::string, std::string>;

  std::string name;
  Type type = Type::gauge;
  Labels labels;
  double value = 0;  ///< gauge and counter

  // Histogram: (upper bound, cumulative count), bounds rising; +Inf is implied by `count`.
  std::vector<std::pair<double, double>> buckets;
  double sum = 0;
  double count = 0;
};

/// Reads the `metrics` array. Entries that break the rules (names `tributary_…` of a–z 0–9 _, at most 8
/// labels, finite values, rising buckets; at most 2000 entries) are left out: a room process in trouble
/// costs its own numbers only. Pure.
std::vector<Sample> parseSamples(const Json& metrics);

/// Samples of equal name and labels made one by addition; the first one's type wins. Buckets are added where
/// the bounds agree; a histogram with other bounds is left out.
class SampleSum {
 public:
  void add(const Sample& sample);
  void add(const std::vector<Sample>& samples) {
    for (const auto& sample : samples)
      add(sample);
  }
  /// Ordered by name, then labels.
  std::vector<Sample> samples() const;

 private:
  std::map<std::pair<std::string, Sample::Labels>, Sample> sums_;
  std::map<std::string, Sample::Type> types_;
};

}  // namespace tributary
