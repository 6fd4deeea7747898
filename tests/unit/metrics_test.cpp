#include <gtest/gtest.h>
#include <unistd.h>

#include "metrics/process_stats.h"
#include "metrics/room_metrics.h"
#include "metrics/server_metrics.h"

namespace tributary {
namespace {

std::vector<Sample> samples(const char* text) {
  const auto json = Json::parse(text);
  EXPECT_TRUE(json);
  return parseSamples(*json);
}

std::vector<Sample> packets(double count) {
  Sample sample;
  sample.name = "tributary_rtp_packets_total";
  sample.type = Sample::Type::counter;
  sample.labels = {{"kind", "video"}};
  sample.value = count;
  Sample gauge;
  gauge.name = "tributary_encoders";
  gauge.value = 2;
  return {sample, gauge};
}

double valueOf(const RoomMetrics& metrics, const std::string& name) {
  for (const auto& sample : metrics.total()) {
    if (sample.name == name) return sample.value;
  }
  return -1;
}

TEST(Samples, AreReadAndTheWrongOnesLeftOut) {
  const auto read = samples(R"([
    {"name": "tributary_a_total", "type": "counter", "labels": {"kind": "audio"}, "value": 3},
    {"name": "other_a", "type": "gauge", "labels": {}, "value": 3},
    {"name": "tributary_b", "type": "gauge", "labels": {"B-ad": "x"}, "value": 3},
    {"name": "tributary_b", "type": "counter", "value": -1},
    {"name": "tributary_b", "type": "banana", "value": 1},
    {"name": "tributary_b\n", "type": "gauge", "value": 1},
    {"name": "tributary_h", "type": "histogram", "buckets": [[0.1, 2], [0.5, 1]], "sum": 1, "count": 2},
    {"name": "tributary_h", "type": "histogram", "buckets": [[0.1, 1], [0.5, 2], ["+Inf", 3]], "sum": 1, "count": 3},
    7])");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].labels.at("kind"), "audio");
  EXPECT_EQ(read[1].buckets.size(), 2u);
}

TEST(RoomMetrics, SumsOverRooms) {
  RoomMetrics metrics;
  metrics.update(1, packets(10));
  metrics.update(2, packets(5));
  metrics.update(1, packets(12));
  EXPECT_EQ(valueOf(metrics, "tributary_rtp_packets_total"), 17);
  EXPECT_EQ(valueOf(metrics, "tributary_encoders"), 4);
}

TEST(RoomMetrics, CountersNeverGoDown) {
  RoomMetrics metrics;
  metrics.update(1, packets(10));
  metrics.end(1);
  metrics.end(1);
  EXPECT_EQ(valueOf(metrics, "tributary_rtp_packets_total"), 10);
  EXPECT_EQ(valueOf(metrics, "tributary_encoders"), -1);
  metrics.update(2, packets(1));
  EXPECT_EQ(valueOf(metrics, "tributary_rtp_packets_total"), 11);
}

TEST(RoomMetrics, AddsHistograms) {
  RoomMetrics metrics;
  const auto one = samples(
      R"([{"name": "tributary_h", "type": "histogram", "buckets": [[1, 1], [2, 3]], "sum": 4, "count": 5}])");
  const auto stranger =
      samples(R"([{"name": "tributary_h", "type": "histogram", "buckets": [[7, 1]], "sum": 4, "count": 5}])");
  metrics.update(1, one);
  metrics.update(2, one);
  metrics.update(3, stranger);
  const auto total = metrics.total();
  ASSERT_EQ(total.size(), 1u);
  EXPECT_EQ(total[0].buckets[1].second, 6);
  EXPECT_EQ(total[0].count, 10);
}

TEST(ServerMetrics, WritesPrometheusText) {
  ServerMetrics metrics("1.2.3");
  metrics.joinDuration.Observe(0.2);
  metrics.roomRestarts.Increment();
  metrics.countError(ErrorCode::rateLimited);
  auto rooms = packets(4);
  Sample intruder;
  intruder.name = "tributary_rooms";
  intruder.value = 99;
  rooms.push_back(intruder);
  const std::string text = metrics.text(rooms);
  for (const char* line :
       {"tributary_build_info{version=\"1.2.3\"} 1\n", "tributary_room_restarts_total 1\n",
        "tributary_join_duration_seconds_bucket{le=\"0.25\"} 1\n",
        "tributary_errors_total{code=\"rateLimited\"} 1\n", "# TYPE tributary_rtp_packets_total counter\n",
        "tributary_rtp_packets_total{kind=\"video\"} 4\n", "tributary_rooms 0\n", "process_open_fds"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_EQ(text.find("tributary_rooms 99"), std::string::npos) << text;
}

TEST(ProcessStats, ReadsOurOwn) {
  const auto stats = readProcessStats(getpid());
  ASSERT_TRUE(stats);
  EXPECT_GT(stats->residentBytes, 1e5);
  EXPECT_GE(stats->threads, 1);
  EXPECT_FALSE(readProcessStats(-5));
  EXPECT_TRUE(roomProcessSamples(0).empty());
}

}  // namespace
}  // namespace tributary
