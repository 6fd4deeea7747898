#include "metrics/server_metrics.h"

#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <limits>
#include <set>

#include "metrics/process_stats.h"

namespace tributary {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// Joins take 20 ms with a spare process at hand and seconds on a machine under load.
const prometheus::Histogram::BucketBoundaries joinBuckets = {0.01, 0.025, 0.05, 0.1, 0.25,
                                                             0.5,  1,     2.5,  5,   10};

MetricType familyType(Sample::Type type) {
  switch (type) {
    case Sample::Type::gauge:
      return MetricType::Gauge;
    case Sample::Type::counter:
      return MetricType::Counter;
    case Sample::Type::histogram:
      return MetricType::Histogram;
  }
  return MetricType::Untyped;
}

void fillHistogram(const Sample& sample, ClientMetric& metric) {
  const auto cumulative = [](double count) { return static_cast<uint64_t>(count); };
  metric.histogram.sample_count = cumulative(sample.count);
  metric.histogram.sample_sum = sample.sum;
  for (const auto& [bound, below] : sample.buckets) {
    metric.histogram.bucket.push_back({cumulative(below), bound});
  }
  metric.histogram.bucket.push_back({cumulative(sample.count), std::numeric_limits<double>::infinity()});
}

ClientMetric toMetric(const Sample& sample) {
  ClientMetric metric;
  for (const auto& [name, value] : sample.labels)
    metric.label.push_back({name, value});
  if (sample.type == Sample::Type::gauge) metric.gauge.value = sample.value;
  if (sample.type == Sample::Type::counter) metric.counter.value = sample.value;
  if (sample.type == Sample::Type::histogram) fillHistogram(sample, metric);
  return metric;
}

MetricFamily single(const char* name, const char* help, MetricType type, double value) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  ClientMetric metric;
  metric.gauge.value = value;
  metric.counter.value = value;
  family.metric.push_back(metric);
  return family;
}

/// The names that Prometheus' client libraries give such things.
void addOwnProcess(std::vector<MetricFamily>& families) {
  const auto stats = readProcessStats(getpid());
  if (!stats) return;
  families.push_back(single("process_cpu_seconds_total", "CPU time of the server process.",
                            MetricType::Counter, stats->cpuSeconds));
  families.push_back(single("process_resident_memory_bytes", "Memory of the server process.",
                            MetricType::Gauge, stats->residentBytes));
  families.push_back(single("process_open_fds", "Open file descriptors of the server process.",
                            MetricType::Gauge, countOpenFiles()));
}

void addRooms(std::vector<MetricFamily>& families, const std::vector<Sample>& samples) {
  std::set<std::string> taken;
  for (const auto& family : families)
    taken.insert(family.name);
  for (const auto& sample : samples) {
    if (taken.contains(sample.name)) continue;
    if (families.empty() || families.back().name != sample.name) {
      MetricFamily family;
      family.name = sample.name;
      family.help = "Sum over the rooms.";
      family.type = familyType(sample.type);
      families.push_back(std::move(family));
    }
    families.back().metric.push_back(toMetric(sample));
  }
}

}  // namespace

ServerMetrics::ServerMetrics(std::string_view version)
    : rooms(gauge("tributary_rooms", "Rooms that exist now.")),
      participants(gauge("tributary_participants", "Participants in all rooms.")),
      sessions(gauge("tributary_sessions", "Open signalling sessions (WebSockets).")),
      cpuLoad(gauge("tributary_cpu_load", "Share of the machine's processors that rooms use, 0 to 1.")),
      cpuHeadroom(gauge("tributary_cpu_headroom",
                        "Share of the machine's CPU time that nobody used since this was last asked.")),
      heapBytes(gauge("tributary_process_heap_bytes", "Heap in use by the server process.")),
      recordingsActive(gauge("tributary_recordings_active", "Rooms that are being recorded.")),
      draining(gauge("tributary_draining", "1 while the server takes no new joins.")),
      joinDuration(prometheus::BuildHistogram()
                       .Name("tributary_join_duration_seconds")
                       .Help("From a client's join to its joined.")
                       .Register(registry_)
                       .Add({}, joinBuckets)),
      joins(counter("tributary_joins_total", "Successful joins, those of returning participants too.")),
      resumes(counter("tributary_resumes_total", "Joins by which a participant came back.")),
      messagesIn(counter("tributary_messages_received_total", "Signalling messages from clients.")),
      messagesOut(counter("tributary_messages_sent_total", "Signalling messages to clients.")),
      roomRestarts(counter("tributary_room_restarts_total", "Room processes replaced after a failure.")),
      errors_(prometheus::BuildCounter()
                  .Name("tributary_errors_total")
                  .Help("Error replies to clients, by code.")
                  .Register(registry_)) {
  prometheus::BuildGauge()
      .Name("tributary_build_info")
      .Help("Always 1; the labels say what runs.")
      .Register(registry_)
      .Add({{"version", std::string(version)}})
      .Set(1);
}

prometheus::Gauge& ServerMetrics::gauge(const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add({});
}

prometheus::Counter& ServerMetrics::counter(const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add({});
}

void ServerMetrics::countError(ErrorCode code) {
  errors_.Add({{"code", std::string(toString(code))}}).Increment();
}

std::string ServerMetrics::text(const std::vector<Sample>& roomSamples) const {
  auto families = registry_.Collect();
  addOwnProcess(families);
  addRooms(families, roomSamples);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace tributary
