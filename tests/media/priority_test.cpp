// What the kernel gives first when a machine is full.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

std::optional<pid_t> threadOf(int pid, const std::string& name) {
  std::error_code gone;
  const std::string base = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(base, gone)) {
    std::string comm;
    std::getline(std::ifstream(task.path() / "comm"), comm);
    if (comm == name) return std::atoi(task.path().filename().c_str());
  }
  return std::nullopt;
}

int niceOf(pid_t thread) {
  return getpriority(PRIO_PROCESS, static_cast<id_t>(thread));
}

TEST(Priority, MixingComesFirstThenEncodingAndARoomHasASessionOfItsOwn) {
  if (geteuid() != 0) GTEST_SKIP() << "asks for root's rights";
  ServerProcess server;
  const auto client = SignallingClient::create(server.url());
  client->join("priority", "Ada");
  client->call({});
  ASSERT_TRUE(waitFor([&] { return client->peer()->video().frames > 2; }, 60)) << server.log();
  int room = 0;
  std::optional<pid_t> encoder;
  for (const int child : server.children()) {
    if (const auto found = threadOf(child, "canvas:src")) {
      encoder = found;
      room = child;
    }
  }
  ASSERT_TRUE(encoder) << server.log();
  EXPECT_EQ(getsid(room), room);
  EXPECT_LT(niceOf(*encoder), 0);
  const auto mixer = threadOf(room, "mix-video");
  ASSERT_TRUE(mixer);
  EXPECT_EQ(sched_getscheduler(*mixer) & ~SCHED_RESET_ON_FORK, SCHED_RR);
  std::string group;
  if (std::getline(std::ifstream("/proc/" + std::to_string(room) + "/autogroup"), group)) {
    EXPECT_NE(group.find("nice -5"), std::string::npos) << group;
  }
}

}  // namespace
}  // namespace tributary::test
