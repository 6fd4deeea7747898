// Layouts switched by message under real peers against the real server: nobody notices but by looking.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

constexpr int framerate = 25;
constexpr int people = 4;
constexpr double interval = 0.1;  // seconds from switch to switch: half of a glide
constexpr double rest = 6;
constexpr const char* config = R"({"limits": {"sessionsPerAddress": 20, "messagesPerSecond": 50}})";
constexpr const char* profile =
    R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"height": 360}], "borders": {"talkerWidth": 0}})";
constexpr uint32_t colours[people] = {0xc02020, 0x20a020, 0x2030c0, 0xb0b020};
constexpr const char* layouts[] = {"speaker", "grid", "sidebar", "pip", "single-speaker"};

int switches() {
  const char* text = std::getenv("LAYOUT_SWITCHES");
  return text != nullptr ? std::max(1, std::atoi(text)) : 100;
}

/// CPU a process has used, in seconds.
double cpuSeconds(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

class Layouts : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < people; ++i) {
      TestPeer::Options options;
      options.colour = colours[i];
      options.tone = 0;
      options.width = 320;
      options.height = 180;
      options.framerate = 15;
      options.bitrate = 200'000;
      clients_.push_back(SignallingClient::create(server_.url()));
      clients_.back()->join("layouts", "Person " + std::to_string(i));
      clients_.back()->call(options);
      ASSERT_TRUE(waitFor([&] { return clients_.back()->peer()->video().frames > 10; }, 60)) << server_.log();
    }
  }

  struct Reading {
    double at, cpu, rendered, late;
    double since(const Reading& before, double Reading::*what) const { return this->*what - before.*what; }
    double perFrame(const Reading& before) const {
      return since(before, &Reading::cpu) * 1000 / since(before, &Reading::rendered);
    }
    /// Ticks of the canvas's clock without a frame.
    double lost(const Reading& before) const {
      return since(before, &Reading::at) * framerate - since(before, &Reading::rendered);
    }
  };
  Reading read() const {
    const auto metrics = server_.metrics();
    return {now(), cpuSeconds(room()), metrics.at("tributary_mixer_frames_rendered_total"),
            metrics.at("tributary_mixer_frames_late_total")};
  }
  int room() const {
    const auto children = server_.children();
    return *std::ranges::max_element(children, {}, cpuSeconds);  // a spare has used next to none
  }

  /// Whether `client` was told of that layout after so many messages.
  static bool told(const SignallingClient& client, const std::string& layout, size_t after) {
    const auto& messages = client.messages();
    return std::any_of(
        messages.begin() + static_cast<std::ptrdiff_t>(after), messages.end(), [&](const Json& message) {
          return message["type"].stringOr("") == "layoutChanged" && message["layout"].stringOr("") == layout;
        });
  }
  /// False when somebody was not told.
  bool choose(const std::string& layout) {
    std::vector<size_t> before;
    for (const auto& client : clients_)
      before.push_back(client->messages().size());
    clients_[0]->send(Json::object({{"type", "setLayout"}, {"layout", layout}}));
    return waitFor([&] {
      for (size_t i = 0; i < clients_.size(); ++i)
        if (!told(*clients_[i], layout, before[i])) return false;
      return true;
    });
  }
  static void pass(double seconds) {
    waitFor([] { return false; }, seconds);
  }
  double largestGap() const {
    double out = 0;
    for (const auto& client : clients_)
      out = std::max(out, client->peer()->video().largestGap);
    return out;
  }
  void resetGaps() const {
    for (const auto& client : clients_)
      client->peer()->resetGap();
  }

  ServerProcess server_{config, profile};
  std::vector<std::shared_ptr<SignallingClient>> clients_;
};

bool like(const TestPeer::Rgb& seen, uint32_t colour) {
  const auto near = [](int a, uint32_t b) { return std::abs(a - static_cast<int>(b & 0xff)) < 48; };
  return near(seen.r, colour >> 16) && near(seen.g, colour >> 8) && near(seen.b, colour);
}

TEST_F(Layouts, SwitchedAgainAndAgainCostNoFrameAndNobodysCall) {
  ASSERT_TRUE(choose("pip"));
  ASSERT_TRUE(choose("grid"));
  pass(2);
  resetGaps();
  const Reading start = read();
  pass(rest);
  const Reading before = read();
  const double gapAtRest = largestGap();
  resetGaps();
  for (int i = 0; i < switches(); ++i) {
    const double until = now() + interval;
    ASSERT_TRUE(choose(layouts[i % std::size(layouts)])) << "switch " << i << "\n" << server_.log();
    pass(std::max(0.0, until - now()));
  }
  const Reading switched = read();
  const double gap = largestGap();
  ASSERT_TRUE(choose("pip"));
  ASSERT_TRUE(choose("grid"));
  pass(2);
  const Reading again = read();
  pass(rest);
  const Reading after = read();

  std::cout << switches() << " switches: " << switched.since(before, &Reading::rendered) << " frames, "
            << switched.lost(before) << " lost (at rest " << before.lost(start) << " of "
            << before.since(start, &Reading::rendered) << "), " << switched.since(before, &Reading::late)
            << " late (" << before.since(start, &Reading::late) << "), largest gap " << gap * 1000
            << " ms as received (" << gapAtRest * 1000 << "); the room's CPU a frame "
            << before.perFrame(start) << " ms before, " << switched.perFrame(before) << " meanwhile, "
            << after.perFrame(again) << " after" << std::endl;

  // Counted frames and the clock differ by one at each end; a busy machine loses some of any mix.
  const double expected = switched.since(before, &Reading::at) * framerate;
  EXPECT_LE(switched.lost(before), 3 + expected * (0.02 + before.lost(start) / (rest * framerate)));
  EXPECT_LE(gap, gapAtRest + 1);
  EXPECT_LE(after.perFrame(again), before.perFrame(start) * 1.5);
  EXPECT_EQ(server_.metrics()["tributary_participants"], people);
  EXPECT_TRUE(server_.complaints().empty()) << server_.complaints().front();
  // The canvas is right: everybody's colour in their quarter, in the order they joined.
  for (const auto& client : clients_) {
    for (int i = 0; i < people; ++i) {
      const double x = i % 2 == 0 ? 0.1 : 0.6;
      const double y = i < 2 ? 0.1 : 0.6;
      const auto seen = client->peer()->pixel(x, y);
      EXPECT_TRUE(like(seen, colours[i])) << i << ": " << seen.r << " " << seen.g << " " << seen.b;
    }
  }
}

}  // namespace
}  // namespace tributary::test
