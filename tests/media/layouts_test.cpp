// Layouts switched by message under real peers against the real server: nobody notices but by looking.
//
// What the figures in docs/config.md are from, on a machine that does nothing else:
//   LAYOUT_SWITCHES=1000 LAYOUT_PEOPLE=9 LAYOUT_STRICT=1 meson test -C build layouts
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "server_process.h"
#include "tile_colours.h"

namespace tributary::test {
namespace {

constexpr int framerate = 25;
constexpr size_t watchers = 3;  // who get the mix; each more costs this machine a decoder
constexpr double twoFrames = 2.0 / 25;
constexpr double interval = 0.1;  // seconds from switch to switch at least
constexpr const char* config = R"({"limits": {"sessionsPerAddress": 20, "messagesPerSecond": 50}})";
constexpr const char* profile =
    R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"height": 360}], "borders": {"talkerWidth": 0},
        "layouts": {"wall": {"sets": [{"regions": [
          {"width": 0.5, "height": 0.75}, {"left": 0.5, "width": 0.5, "height": 0.5, "role": "talker"},
          {"left": 0.5, "top": 0.5, "width": 0.25, "height": 0.5}, {"left": 0.75, "top": 0.5, "width": 0.25, "height": 0.25},
          {"left": 0.05, "top": 0.5, "width": 0.2, "height": 0.2, "z": 1}]}]}}})";
constexpr uint32_t colours[] = {0xc02020, 0x20a020, 0x2030c0, 0xb0b020, 0xb020b0,
                                0x20b0b0, 0xe0e0e0, 0x808080, 0xe08030};
constexpr const char* layouts[] = {"speaker", "grid",           "screen-share", "pip",
                                   "wall",    "single-speaker", "sidebar"};

int number(const char* variable, int standard, int most) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::clamp(std::atoi(text), 1, most) : standard;
}

int switches() {
  return number("LAYOUT_SWITCHES", 40, 100'000);
}

bool isStrict() {
  return std::getenv("LAYOUT_STRICT") != nullptr;
}

/// Seconds that the CPU at rest is measured for: over 5 it varies by a tenth.
double restTime() {
  return isStrict() ? 30 : 5;
}

size_t people() {
  return static_cast<size_t>(number("LAYOUT_PEOPLE", 4, std::size(colours)));
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
    for (size_t i = 0; i < people(); ++i) {
      TestPeer::Options options;
      options.receives = i < watchers;
      options.colour = colours[i];
      options.tone = 0;
      options.width = 320;
      options.height = 180;
      options.framerate = 15;
      options.bitrate = 200'000;
      clients_.push_back(SignallingClient::create(server_.url()));
      clients_.back()->join("layouts", "Person " + std::to_string(i));
      clients_.back()->call(options);
      ASSERT_TRUE(waitFor([&] { return arrived(i); }, 60)) << server_.log();
      colours_[identityOf(*clients_.back())] = colours[i];
    }
  }
  bool arrived(size_t client) const {
    const TestPeer& peer = *clients_[client]->peer();
    return client < watchers ? peer.video().frames > 10 : peer.connected();
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
    for (size_t i = 0; i < std::min(watchers, clients_.size()); ++i)
      out = std::max(out, clients_[i]->peer()->video().largestGap);
    return out;
  }
  /// All that is wrong on one watcher's canvas once it has had time to settle.
  std::vector<std::string> wrongAfterAll(size_t client) const {
    std::vector<std::string> wrong;
    waitFor(
        [&] {
          wrong = wrongTiles(*clients_[client], colours_);
          return wrong.empty();
        },
        20);
    return wrong;
  }
  void resetGaps() const {
    for (const auto& client : clients_)
      client->peer()->resetGap();
  }
  ServerProcess server_{config, profile};
  std::vector<std::shared_ptr<SignallingClient>> clients_;
  SentColours colours_;
};

TEST_F(Layouts, SwitchedAgainAndAgainCostNoFrameAndNobodysCall) {
  ASSERT_TRUE(choose("pip"));
  ASSERT_TRUE(choose("grid"));
  pass(2);
  resetGaps();
  const Reading start = read();
  pass(restTime());
  const Reading before = read();
  const double gapAtRest = largestGap();
  resetGaps();
  for (int i = 0; i < switches(); ++i) {
    const double until = now() + interval;
    ASSERT_TRUE(choose(layouts[i % std::size(layouts)])) << "switch " << i << "\n" << server_.log();
    const auto wrong = wrongAfterAll(static_cast<size_t>(i) % std::min(watchers, clients_.size()));
    ASSERT_TRUE(wrong.empty()) << layouts[i % std::size(layouts)] << ", switch " << i << ": "
                               << wrong.front();
    pass(std::max(0.0, until - now()));
  }
  const Reading switched = read();
  const double gap = largestGap();
  const char* last = layouts[static_cast<size_t>(switches() - 1) % std::size(layouts)];
  ASSERT_TRUE(choose(last == std::string("pip") ? "speaker" : "pip"));  // another, of which all are told
  ASSERT_TRUE(choose("grid"));
  pass(2);
  const Reading again = read();
  pass(restTime());
  const Reading after = read();

  std::cout << switches() << " switches under " << people()
            << " senders, the canvas right after each: " << switched.since(before, &Reading::rendered)
            << " frames, " << switched.lost(before) << " lost (at rest " << before.lost(start) << " of "
            << before.since(start, &Reading::rendered) << "), " << switched.since(before, &Reading::late)
            << " late (" << before.since(start, &Reading::late) << "), largest gap " << gap * 1000
            << " ms as received (" << gapAtRest * 1000 << "); the room's CPU a frame "
            << before.perFrame(start) << " ms before, " << switched.perFrame(before) << " meanwhile, "
            << after.perFrame(again) << " after" << std::endl;

  // Counted frames and the clock differ by one at each end; a busy machine loses some of any mix.
  const double expected = switched.since(before, &Reading::at) * framerate;
  EXPECT_LE(switched.lost(before), 3 + expected * (0.02 + before.lost(start) / (restTime() * framerate)));
  const bool strict = isStrict();
  EXPECT_LE(gap, strict ? twoFrames : gapAtRest + 1);
  EXPECT_LE(after.perFrame(again), before.perFrame(start) * (strict ? 1.05 : 1.5));
  EXPECT_EQ(server_.metrics()["tributary_participants"], static_cast<double>(people()));
  for (const auto& client : clients_)
    EXPECT_TRUE(client->peer()->connected());
  EXPECT_TRUE(server_.complaints().empty()) << server_.complaints().front();
  for (size_t i = 0; i < std::min(watchers, clients_.size()); ++i) {
    const auto wrong = wrongAfterAll(i);
    EXPECT_TRUE(wrong.empty()) << wrong.front();
  }
}

}  // namespace
}  // namespace tributary::test
