#include "metrics/sample.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tributary {
namespace {

constexpr size_t maxSamples = 2000;
constexpr size_t maxLabels = 8;
constexpr size_t maxBuckets = 64;
constexpr size_t longestName = 100;

bool isName(std::string_view text) {
  return !text.empty() && text.size() <= longestName && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }) && !(text.front() >= '0' && text.front() <= '9');
}

std::optional<Sample::Type> typeOf(const std::string& name) {
  if (name == "gauge") return Sample::Type::gauge;
  if (name == "counter") return Sample::Type::counter;
  if (name == "histogram") return Sample::Type::histogram;
  return std::nullopt;
}

std::optional<double> finite(const Json& json) {
  const auto value = json.number();
  return value && std::isfinite(*value) ? value : std::nullopt;
}

bool readLabels(const Json& json, Sample::Labels& labels) {
  if (json.size() > maxLabels) return false;
  for (const auto& key : json.keys()) {
    const auto value = json[key].string();
    if (!isName(key) || key == "le" || !value || value->size() > longestName) return false;
    labels[key] = *value;
  }
  return true;
}

bool readHistogram(const Json& json, Sample& sample) {
  const auto sum = finite(json["sum"]);
  const auto count = finite(json["count"]);
  const Json buckets = json["buckets"];
  if (!sum || !count || *count < 0 || buckets.size() > maxBuckets) return false;
  sample.sum = *sum;
  sample.count = *count;
  for (const auto& pair : buckets.elements()) {
    const auto bound = finite(pair.at(0));
    const auto below = finite(pair.at(1));
    if (!below) return false;
    if (!bound) continue;  // "+Inf", which `count` says already
    if (!sample.buckets.empty()) {
      const auto& [lastBound, lastBelow] = sample.buckets.back();
      if (*bound <= lastBound || *below < lastBelow) return false;
    }
    sample.buckets.emplace_back(*bound, *below);
  }
  return true;
}

std::optional<Sample> readSample(const Json& json) {
  Sample sample;
  sample.name = json["name"].stringOr("");
  const auto type = typeOf(json["type"].stringOr(""));
  if (!type || !isName(sample.name) || !sample.name.starts_with("tributary_")) return std::nullopt;
  sample.type = *type;
  if (!readLabels(json["labels"], sample.labels)) return std::nullopt;
  if (*type == Sample::Type::histogram) {
    return readHistogram(json, sample) ? std::optional(sample) : std::nullopt;
  }
  const auto value = finite(json["value"]);
  if (!value || (*type == Sample::Type::counter && *value < 0)) return std::nullopt;
  sample.value = *value;
  return sample;
}

bool sameBounds(const Sample& a, const Sample& b) {
  return std::ranges::equal(
      a.buckets, b.buckets, {}, [](const auto& bucket) { return bucket.first; },
      [](const auto& bucket) { return bucket.first; });
}

void addTo(Sample& total, const Sample& sample) {
  if (sample.type == Sample::Type::histogram && !sameBounds(total, sample)) return;
  total.value += sample.value;
  total.sum += sample.sum;
  total.count += sample.count;
  for (size_t i = 0; i < total.buckets.size(); ++i)
    total.buckets[i].second += sample.buckets[i].second;
}

}  // namespace

std::vector<Sample> parseSamples(const Json& metrics) {
  std::vector<Sample> out;
  const size_t count = std::min(metrics.isArray() ? metrics.size() : 0, maxSamples);
  for (size_t i = 0; i < count; ++i) {
    if (auto sample = readSample(metrics.at(i))) out.push_back(std::move(*sample));
  }
  return out;
}

void SampleSum::add(const Sample& sample) {
  const auto type = types_.emplace(sample.name, sample.type).first->second;
  if (type != sample.type) return;
  const auto [at, fresh] = sums_.try_emplace({sample.name, sample.labels}, sample);
  if (!fresh) addTo(at->second, sample);
}

std::vector<Sample> SampleSum::samples() const {
  std::vector<Sample> out;
  for (const auto& [key, sample] : sums_)
    out.push_back(sample);
  return out;
}

}  // namespace tributary
