// Joins and leaves of real peers against the real server (CHURN_CYCLES of them, 200): nothing may grow.
#include <gtest/gtest.h>
#include <libsoup/soup.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

constexpr const char* config = R"({"rooms": {"departureTimeout": 1, "emptyTimeout": 600, "spareProcesses": 0},
  "limits": {"sessionsPerAddress": 500}})";
constexpr const char* profile =
    R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"height": 360}]})";

constexpr int together = 4;  // a cycle is mostly waiting: for ICE, DTLS and the next key frame

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

/// The names of its threads. Of the send lanes' only one each: a busy moment brings more, and they stay for
/// seconds (media/send_lane.h).
std::multiset<std::string> threadsOf(int pid) {
  std::multiset<std::string> out;
  std::error_code ended;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", ended)) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    std::getline(file, name);
    if (!name.starts_with("send-") || !out.contains(name)) out.insert(name);
  }
  return out;
}

struct Reading {
  double serverHeap, roomHeap;
  std::multiset<std::string> serverThreads, roomThreads;
  int serverFiles, roomFiles;

  /// A leak is more than that whenever one looks.
  bool isNoMoreThan(const Reading& before) const {
    return roomThreads.size() <= before.roomThreads.size() && roomFiles <= before.roomFiles &&
           serverThreads.size() <= before.serverThreads.size() && serverFiles <= before.serverFiles &&
           roomHeap <= before.roomHeap * 1.05 && serverHeap <= before.serverHeap * 1.05;
  }
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

  Reading read() const {
    const int room = server_.children().front();
    const auto metrics = server_.metrics();
    return {metrics.at("tributary_process_heap_bytes"),
            metrics.at("tributary_room_process_heap_bytes"),
            threadsOf(server_.pid()),
            threadsOf(room),
            sizeOf(server_.pid()).files,
            sizeOf(room).files};
  }

  /// Waits until those who left are gone from the room, then until its pipelines are down.
  Reading settle() const {
    waitFor([&] { return server_.metrics()["tributary_participants"] == 1; }, 60);
    // Threads and sockets end a moment after their pipeline: stable means down. The server's sockets are not
    // asked: this asking is one of them.
    size_t last = 0;
    double since = now();
    waitFor(
        [&] {
          const Reading seen = read();
          const size_t sum = seen.roomThreads.size() + static_cast<size_t>(seen.roomFiles);
          if (sum != last) since = now();
          last = sum;
          return now() - since > 3;
        },
        60);
    return read();
  }

  /// `together` come at the same time, and go once each has seen a picture.
  void comeAndGo(int first) {
    std::vector<std::shared_ptr<SignallingClient>> clients;
    for (int cycle = first; cycle < first + together; ++cycle) {
      auto options = small();
      if (cycle % 4 == 1) options.codec = "H264";
      clients.push_back(SignallingClient::create(server_.url()));
      clients.back()->join("churn", "Passes");
      clients.back()->call(options);
    }
    for (size_t i = 0; i < clients.size(); ++i) {
      const bool seen = waitFor([&] { return clients[i]->peer()->video().frames > 0; }, 60);
      ASSERT_TRUE(seen) << "cycle " << first + static_cast<int>(i) << " saw no picture\n" << server_.log();
    }
    for (size_t i = 0; i < clients.size(); ++i) {
      const auto& client = clients[i];
      if ((first + static_cast<int>(i)) % 10 < 3) {
        client->vanish();
        continue;
      }
      client->leave();
      waitFor([&] { return client->closed() || client->replyTo(99)["type"].stringOr("") == "ok"; }, 10);
    }
  }

  ServerProcess server_{config, profile};
  std::shared_ptr<SignallingClient> stays_;
};

TEST_F(Churn, LeavesThreadsFilesAndHeapWhereTheyWere) {
  for (int i = 0; i < 20; i += together)
    ASSERT_NO_FATAL_FAILURE(comeAndGo(i));
  const Reading before = settle();
  for (int i = 20; i < cycles(); i += together) {
    ASSERT_NO_FATAL_FAILURE(comeAndGo(i));
    if (i % 20 == 0)
      std::cout << "cycle " << i << ", room heap " << read().roomHeap << ", threads "
                << read().roomThreads.size() << std::endl;
  }
  // libsoup gives a WebSocket whose client went without a close frame some seconds before it lets go; GLib's
  // pools keep a thread that has nothing to do for 15.
  Reading after = settle();
  waitFor([&] { return (after = read()).isNoMoreThan(before); }, 60);
  std::cout << "threads " << before.roomThreads.size() << " → " << after.roomThreads.size() << ", files "
            << before.roomFiles << " → " << after.roomFiles << ", room heap " << before.roomHeap << " → "
            << after.roomHeap << ", server threads " << before.serverThreads.size() << " → "
            << after.serverThreads.size() << ", files " << before.serverFiles << " → " << after.serverFiles
            << ", heap " << before.serverHeap << " → " << after.serverHeap << std::endl;
  EXPECT_LE(after.roomThreads.size(), before.roomThreads.size()) << testing::PrintToString(after.roomThreads);
  EXPECT_LE(after.roomFiles, before.roomFiles);
  EXPECT_LE(after.serverThreads.size(), before.serverThreads.size());
  EXPECT_LE(after.serverFiles, before.serverFiles);
  EXPECT_LE(after.roomHeap, before.roomHeap * 1.05);
  EXPECT_LE(after.serverHeap, before.serverHeap * 1.05);
  EXPECT_TRUE(server_.complaints().empty()) << server_.complaints().front();
  EXPECT_GT(stays_->peer()->video().frames, 100U);
}

}  // namespace
}  // namespace tributary::test
