#include <csignal>
#include <cstdlib>

#include "supervisor/room_process.h"
#include "supervisor/room_supervisor.h"
#include "supervisor/spare_processes.h"
#include "support/loop_test.h"

namespace tributary {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SupervisorTest : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    config_.rooms.program = std::getenv("FAKE_ROOM");
    config_.rooms.profilesDir = "/nonexistent";
    config_.rooms.restartBackoffMin = milliseconds(10);
    config_.rooms.readyTimeout = seconds(20);
  }

  RoomSupervisor& open(const std::string& room, int spares = 0) {
    spares_.emplace(config_.rooms.program, spares);
    options_ = RoomOptions::defaults(config_);
    RoomSupervisor::Handlers handlers;
    handlers.onEvent = [this](const std::string& event, const Json&) { events_.push_back(event); };
    handlers.onDied = [this](milliseconds retryAfter) {
      ++deaths_;
      retryAfter_ = retryAfter;
    };
    return supervisor_.emplace(room, config_, options_, profiles_, *spares_, std::move(handlers));
  }

  Result<void> ready(milliseconds deadline = seconds(20)) {
    std::optional<Result<void>> out;
    supervisor_->whenReady(deadline, [&out](const Result<void>& result) { out = result; });
    waitFor("the room", [&out] { return out.has_value(); });
    return *out;
  }

  void chat(const std::string& text) {
    const Json message = Json::object({{"type", "chat"}, {"text", text}});
    supervisor_->request("client", Json::object({{"sessionId", "s"}, {"message", message}}), seconds(20),
                         [](const Result<Json>&) {});
  }

  void stop() {
    bool stopped = false;
    supervisor_->stop([&stopped] { stopped = true; });
    waitFor("the stop", [&stopped] { return stopped; });
  }

  ServerConfig config_;
  RoomOptions options_;
  std::optional<SpareProcesses> spares_;
  ProfileStore profiles_{{"/nonexistent", ""}};
  std::optional<RoomSupervisor> supervisor_;
  std::vector<std::string> events_;
  int deaths_ = 0;
  milliseconds retryAfter_{-1};
};

TEST_F(SupervisorTest, StartsOnDemandAnswersAndStops) {
  open("ok");
  EXPECT_FALSE(supervisor_->isReady());
  ASSERT_TRUE(ready());
  ASSERT_TRUE(ready());
  EXPECT_EQ(supervisor_->generation(), 1u);
  chat("hello");
  waitFor("the event", [this] { return !events_.empty(); });
  EXPECT_EQ(events_[0], "send");
  stop();
  EXPECT_EQ(deaths_, 0);
}

TEST_F(SupervisorTest, ReplacesAProcessThatCrashes) {
  open("ok");
  ASSERT_TRUE(ready());
  chat("crash");
  waitFor("the death", [this] { return deaths_ == 1; });
  EXPECT_EQ(retryAfter_, milliseconds(10));
  waitFor("the next process", [this] { return supervisor_->isReady(); });
  EXPECT_EQ(supervisor_->generation(), 2u);
}

TEST_F(SupervisorTest, ReplacesAProcessThatHangs) {
  config_.rooms.heartbeatInterval = milliseconds(50);
  config_.rooms.heartbeatTimeout = milliseconds(300);
  open("ok");
  ASSERT_TRUE(ready());
  chat("hang");
  waitFor("the death", [this] { return deaths_ == 1; });
  waitFor("the next process", [this] { return supervisor_->isReady(); });
}

TEST_F(SupervisorTest, ReplacesAProcessThatWritesGarbage) {
  open("ok");
  ASSERT_TRUE(ready());
  chat("garbage");
  waitFor("the death", [this] { return deaths_ == 1; });
  waitFor("the next process", [this] { return supervisor_->isReady(); });
}

TEST_F(SupervisorTest, GivesUpAfterThreeCrashesAtStart) {
  open("crash-at-start");
  const auto result = ready();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::internal);
  EXPECT_EQ(supervisor_->generation(), 3u);
  EXPECT_FALSE(ready());
}

TEST_F(SupervisorTest, ShowsWhyARoomRefusesItsConfiguration) {
  open("refuse");
  const auto result = ready();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("canvas.width must be even"), std::string::npos);
}

TEST_F(SupervisorTest, WaitsNoLongerThanTheDeadline) {
  open("never-ready");
  EXPECT_EQ(ready(milliseconds(100)).error().code, ErrorCode::timeout);
}

TEST_F(SupervisorTest, KillsARoomThatIsNeverReady) {
  config_.rooms.readyTimeout = milliseconds(100);
  open("never-ready");
  EXPECT_EQ(ready().error().code, ErrorCode::internal);
  EXPECT_EQ(supervisor_->generation(), 3u);
}

TEST_F(SupervisorTest, KillsARoomThatDoesNotStop) {
  config_.rooms.stopTimeout = milliseconds(100);
  open("slow-stop");
  ASSERT_TRUE(ready());
  const pid_t pid = supervisor_->pid();
  stop();
  EXPECT_NE(kill(pid, 0), 0);
}

TEST_F(SupervisorTest, KillsItsProcessWhenDestroyed) {
  open("ok");
  ASSERT_TRUE(ready());
  const pid_t pid = supervisor_->pid();
  supervisor_.reset();
  waitFor("the process's end", [pid] { return kill(pid, 0) != 0; });
}

TEST_F(SupervisorTest, SaysWhenTheProgramIsMissing) {
  config_.rooms.program = "/nonexistent/room";
  open("ok");
  EXPECT_EQ(ready().error().code, ErrorCode::internal);
}

TEST_F(SupervisorTest, UsesASpareProcess) {
  open("ok", 1);
  waitFor("the spare", [this] { return spares_->size() == 1; });
  ASSERT_TRUE(ready());
  waitFor("the next spare", [this] { return spares_->size() == 1; });
}

TEST_F(SupervisorTest, ReplacesASpareThatDies) {
  open("ok", 1);
  waitFor("the spare", [this] { return spares_->size() == 1; });
  auto spare = spares_->take();
  ASSERT_TRUE(spare);
  waitFor("the next spare", [this] { return spares_->size() == 1; });
}

}  // namespace
}  // namespace tributary
