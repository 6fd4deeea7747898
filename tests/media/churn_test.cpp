// 200 joins and leaves of real peers against the real server: nothing may grow.
#include <gtest/gtest.h>
#include <libsoup/soup.h>

#include <cstdlib>
#include <iostream>

#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

constexpr const char* config = R"({"rooms": {"departureTimeout": 1, "emptyTimeout": 600, "spareProcesses": 0},
  "limits": {"sessionsPerAddress": 500}})";
constexpr const char* profile =
    R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"height": 360}]})";

int cycles() {
  const char* text = std::getenv("CHURN_CYCLES");
  return text != nullptr ? std::atoi(text) : 200;
}

TestPeer::Options small() {
  TestPeer::Options options;
  options.width = 160;
  options.height = 90;
  options.framerate = 10;
  options.bitrate = 100'000;
  return options;
}

struct Reading {
  double serverHeap, roomHeap;
  ProcessSize server, room;
};

class Churn : public testing::Test {
 protected:
  void SetUp() override {
    stays_ = SignallingClient::create(server_.url());
    stays_->join("churn", "Stays");
    stays_->call(small());
    ASSERT_TRUE(waitFor([&] { return stays_->peer()->video().frames > 10; }, 60)) << server_.log();
    ASSERT_EQ(server_.children().size(), 1U);
  }

  /// Waits until those who left are gone from the room, then until its pipelines are down.
  Reading settle() {
    const int room = server_.children().front();
    waitFor([&] { return server_.metrics()["tributary_participants"] == 1; }, 60);
    // Threads end a moment after their pipeline, sockets a moment after their client: stable means down.
    int last = -1;
    double since = now();
    waitFor(
        [&] {
          const int sum = sizeOf(room).threads + sizeOf(room).files + sizeOf(server_.pid()).files;
          if (sum != last) since = now();
          last = sum;
          return now() - since > 3;
        },
        60);
    const auto metrics = server_.metrics();
    return {metrics.at("tributary_process_heap_bytes"), metrics.at("tributary_room_process_heap_bytes"),
            sizeOf(server_.pid()), sizeOf(room)};
  }

  void comeAndGo(int cycle) {
    auto client = SignallingClient::create(server_.url());
    auto options = small();
    if (cycle % 4 == 1) options.codec = "H264";
    client->join("churn", "Passes");
    client->call(options);
    const bool seen = waitFor([&] { return client->peer()->video().frames > 0; }, 60);
    ASSERT_TRUE(seen) << "cycle " << cycle << " saw no picture\n" << server_.log();
    if (cycle % 10 < 3) {
      client->vanish();
    } else {
      client->leave();
      waitFor([&] { return client->closed() || client->replyTo(99)["type"].stringOr("") == "ok"; }, 10);
    }
  }

  ServerProcess server_{config, profile};
  std::shared_ptr<SignallingClient> stays_;
};

TEST_F(Churn, LeavesThreadsFilesAndHeapWhereTheyWere) {
  for (int i = 0; i < 20; ++i)
    ASSERT_NO_FATAL_FAILURE(comeAndGo(i));
  const Reading before = settle();
  for (int i = 20; i < cycles(); ++i) {
    ASSERT_NO_FATAL_FAILURE(comeAndGo(i));
    if (i % 20 == 0) std::cout << "cycle " << i << std::endl;
  }
  // libsoup gives a WebSocket whose client went without a close frame some seconds before it lets go.
  waitFor([&] { return sizeOf(server_.pid()).files <= before.server.files; }, 60);
  const Reading after = settle();
  std::cout << "threads " << before.room.threads << " → " << after.room.threads << ", files "
            << before.room.files << " → " << after.room.files << ", room heap " << before.roomHeap << " → "
            << after.roomHeap << ", server threads " << before.server.threads << " → " << after.server.threads
            << ", files " << before.server.files << " → " << after.server.files << ", heap "
            << before.serverHeap << " → " << after.serverHeap << std::endl;
  EXPECT_EQ(after.room.threads, before.room.threads);
  EXPECT_EQ(after.room.files, before.room.files);
  EXPECT_LE(after.server.threads, before.server.threads);
  EXPECT_LE(after.server.files, before.server.files);
  EXPECT_LE(after.roomHeap, before.roomHeap * 1.05);
  EXPECT_LE(after.serverHeap, before.serverHeap * 1.05);
  EXPECT_TRUE(server_.complaints().empty()) << server_.complaints().front();
  EXPECT_GT(stays_->peer()->video().frames, 100U);
}

}  // namespace
}  // namespace tributary::test
