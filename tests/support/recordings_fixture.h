#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "http_client.h"
#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {

namespace fs = std::filesystem;

inline constexpr const char* smallProfile =
    R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"name": "360p", "height": 360, "bitrate": 400000}]})";
inline constexpr const char* noSpaceLimit = R"({"recordings": {"minFreeSpace": 0}})";

/// Recordings of the real server. Thread: main loop.
class RecordingsTest : public testing::Test {
 protected:
  explicit RecordingsTest(const std::string& config = noSpaceLimit) : server_(config, smallProfile) {}

  int port() const { return std::atoi(server_.url().substr(server_.url().rfind(':') + 1).c_str()); }

  Json get(const std::string& path) const {
    const auto answer = ask(port(), "GET", path);
    return Json::parse(answer.body).value_or(Json());
  }
  HttpAnswer post(const std::string& path, const std::string& body = "{}") const {
    return ask(port(), "POST", path, "", body);
  }

  std::shared_ptr<SignallingClient> enter(const std::string& room, const std::string& name = "Ada") {
    auto client = SignallingClient::create(server_.url());
    client->join(room, name);
    EXPECT_TRUE(waitFor([&] { return client->joined(); }));
    return client;
  }

  /// Starts a recording by HTTP; its id.
  std::string record(const std::string& room, const std::string& wish = "{}") const {
    const auto answer = post("/v1/rooms/" + room + "/recordings", wish);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return Json::parse(answer.body).value_or(Json())["recordingId"].stringOr("");
  }

  Json recording(const std::string& id) const { return get("/v1/recordings/" + id); }
  bool recorded(const std::string& id, double seconds) {
    return waitFor([&] { return recording(id)["duration"].numberOr(0) >= seconds; }, 60);
  }
  bool isOver(const std::string& id) {
    return waitFor(
        [&] {
          const Json now = recording(id);
          const std::string status = now["status"].stringOr("");
          return status != "" && status != "starting" && status != "active" && status != "ending";
        },
        60);
  }
  std::string pathOf(const Json& recording, size_t file = 0) const {
    const std::string path = server_.stateDir() + "/recordings/" + recording["path"].stringOr("");
    return path.substr(0, path.rfind('/') + 1) + recording["files"].at(file)["filename"].stringOr("");
  }
  Json manifestOnDisk(const Json& recording) const {
    std::ifstream file(server_.stateDir() + "/recordings/" + recording["path"].stringOr("") + ".json");
    std::stringstream text;
    text << file.rdbuf();
    return Json::parse(text.str()).value_or(Json());
  }
  /// Returns when the server has it.
  void useProfile(const std::string& profile) {
    const auto loads = [this] {
      size_t count = 0;
      const std::string log = server_.log();
      for (size_t at = log.find("event=profile.loaded"); at != std::string::npos;
           at = log.find("event=profile.loaded", at + 1))
        ++count;
      return count;
    };
    const size_t before = loads();
    server_.saveProfile(profile);
    EXPECT_TRUE(waitFor([&] { return loads() > before; }, 60)) << server_.log();
  }
  /// The process that makes a room: the one that says so in the log.
  int roomPid(const std::string& room) const {
    std::istringstream text(server_.log());
    int pid = 0;
    for (std::string line; std::getline(text, line);) {
      const size_t at = line.find(" pid=");
      const bool ready = line.find("event=room.ready room=" + room + " pid=") != std::string::npos;
      if (ready && at != std::string::npos) pid = std::atoi(line.c_str() + at + 5);
    }
    return pid;
  }
  int leftParts() const { return leftPartsOn(server_.stateDir() + "/recordings"); }
  static int leftPartsOn(const std::string& folder) {
    int count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      count += entry.path().extension() == ".part" ? 1 : 0;
    return count;
  }

  ServerProcess server_;
};

}  // namespace tributary::test
