// What the server makes of a recording, with a room that only says that it records.
#include <sys/mman.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "container/media_file.h"
#include "recordings/after_recording.h"
#include "recordings/recordings.h"
#include "support/loop_test.h"

namespace tributary {
namespace {

namespace fs = std::filesystem;

constexpr int64_t second = 1'000'000'000;  // ns

/// A film of sound alone, as a room writes it.
void writeFilm(int fd, int seconds, size_t packetBytes = 100) {
  const auto append = [fd](const std::string& bytes) {
    ASSERT_EQ(::write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  };
  const auto writer = makeMediaWriter(Container::webm);
  append(writer->header({}));
  constexpr int64_t tick = second / 50;
  for (int64_t at = 0; at < seconds * second; at += tick)
    append(writer->add({MediaPacket::Kind::audio, at, tick, true, std::vector<uint8_t>(packetBytes, 7)}));
  append(writer->flush());
}

/// A room that does what it is asked at once.
class StubRoom : public RoomPort {
 public:
  void whenRoomReady(std::function<void(const Result<void>&)> done) override { done({}); }
  void askRoom(const std::string& method, const Json&, UniqueFd fd,
               std::function<void(const Result<Json>&)> done) override {
    asked.push_back(method);
    if (fd) writeFilm(fd.get(), filmSeconds, packetBytes);
    main_context::post([done = std::move(done)] { done(Json::object({{"clean", true}})); });
  }
  Result<RecordingOptions> recordingWish(const Json& request) override {
    return recordingOptions(profile, request);
  }
  void tellRoom(const Json& message) override { told = message; }

  std::ptrdiff_t count(const std::string& method) const { return std::ranges::count(asked, method); }

  PipelineProfile::Recording profile;
  std::vector<std::string> asked;
  Json told;
  int filmSeconds = 2;
  size_t packetBytes = 100;
};

class RecordingLife : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    char name[] = "/tmp/tributary-life-XXXXXX";
    dir_ = mkdtemp(name);
    open();
  }
  void TearDown() override {
    close();
    fs::remove_all(dir_);
  }

  void open() {
    Recordings::Settings settings;
    settings.folder = dir_;
    settings.minFreeBytes = 0;
    Recordings::Callbacks callbacks;
    callbacks.onEvent = [this](const char* type, const Manifest&) { events_.emplace_back(type); };
    callbacks.plan = [this](const Manifest& manifest) { return after_ ? after_->plan(manifest) : planned_; };
    callbacks.onOver = [this](const Manifest& manifest) {
      over_.push_back(manifest.toJson());
      if (after_) after_->onOver(manifest);
    };
    recordings_.emplace(settings, std::move(callbacks));
    recordings_->open();
    recordings_->roomOpened("demo", room_);
  }

  void close() {
    after_.reset();
    recordings_.reset();
  }
  Json manifestOnDisk(const Json& recording) const {
    std::ifstream file(dir_ + "/" + recording["path"].stringOr("") + ".json");
    std::stringstream text;
    text << file.rdbuf();
    return Json::parse(text.str()).value_or(Json());
  }
  size_t linesOf(const std::string& name) const {
    std::ifstream file(dir_ + "/" + name);
    size_t count = 0;
    for (std::string line; std::getline(file, line);)
      ++count;
    return count;
  }

  void record(const char* wish = "{}") {
    recordings_->start("demo", *Json::parse(wish), "api", [this](const Result<Json>& started) {
      ASSERT_TRUE(started) << started.error().message;
      id_ = (*started)["recordingId"].stringOr("");
    });
    waitFor("the recording to run", [this] { return !id_.empty(); });
  }
  void progress(double duration, int64_t bytes = 1000) {
    recordings_->onEvent(
        "demo",
        Json::object({{"recordingId", id_}, {"kind", "progress"}, {"duration", duration}, {"bytes", bytes}}));
  }
  void setPaused(bool paused) {
    const auto set = recordings_->setPaused(id_, paused);
    ASSERT_TRUE(set) << set.error().message;
  }
  /// Stops it, and waits for what is left.
  Json stop() {
    recordings_->stopById(id_, [](const Result<Json>&) {});
    return end();
  }
  Json end() {
    waitFor("the recording to be over", [this] { return !over_.empty(); });
    return over_.empty() ? Json() : over_.back();
  }
  Json current() const { return recordings_->current("demo"); }

  std::string dir_;
  StubRoom room_;
  std::optional<Recordings> recordings_;
  std::string id_;
  std::vector<std::string> events_;
  std::vector<Json> over_;
  std::optional<AfterRecording> after_;
  Json planned_;  ///< where there is no `after_`
};

TEST_F(RecordingLife, APausedOneStaysPausedWhenItsRoomDies) {
  record();
  progress(2);
  setPaused(true);
  EXPECT_EQ(room_.count("pauseRecording"), 1);
  recordings_->roomDied("demo");
  EXPECT_TRUE(current()["paused"].booleanOr(false));
  EXPECT_TRUE(current()["interrupted"].booleanOr(false));
  recordings_->roomReady("demo");
  settle();
  EXPECT_EQ(room_.count("startRecording"), 1) << "nobody wanted it to go on";
  EXPECT_TRUE(current()["paused"].booleanOr(false));
  EXPECT_FALSE(current()["interrupted"].booleanOr(true)) << "its room is back";
  EXPECT_EQ(room_.told["recording"].dump(), current().dump()) << "people are told";
  setPaused(false);
  waitFor("it to go on", [this] { return room_.count("startRecording") == 2; });
  settle();
  EXPECT_FALSE(current()["interrupted"].booleanOr(true));
  const Json done = stop();
  ASSERT_EQ(done["gaps"].size(), 1U) << done.dump(true);
  EXPECT_EQ(done["gaps"].at(0)["reason"].stringOr(""), "paused");
  EXPECT_EQ(done["gaps"].at(0)["at"].numberOr(0), 2);
  EXPECT_EQ(done["files"].size(), 2U);
  EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
}

TEST_F(RecordingLife, MayBePausedAndGoOnWhileItsRoomIsAway) {
  record();
  progress(2);
  recordings_->roomDied("demo");
  setPaused(true);
  recordings_->roomReady("demo");
  recordings_->roomReady("demo");  // somebody joins
  settle();
  EXPECT_EQ(room_.count("startRecording"), 1);
  recordings_->roomDied("demo");
  setPaused(false);
  recordings_->roomReady("demo");
  recordings_->roomReady("demo");
  waitFor("it to go on", [this] { return room_.count("startRecording") >= 2; });
  settle();
  EXPECT_EQ(room_.count("startRecording"), 2) << "asked twice, a room refuses the second";
  const Json done = stop();
  ASSERT_EQ(done["gaps"].size(), 3U) << done["gaps"].dump();
  EXPECT_EQ(done["gaps"].at(0)["reason"].stringOr(""), "roomDied");
  EXPECT_EQ(done["gaps"].at(1)["reason"].stringOr(""), "paused");
  EXPECT_EQ(done["gaps"].at(2)["reason"].stringOr(""), "roomDied");
}

TEST_F(RecordingLife, GoesOnOnceWhereTwoProcessesDieInARow) {
  record();
  progress(2);
  for (int i = 0; i < 2; ++i) {
    recordings_->roomDied("demo");
    recordings_->roomReady("demo");  // and before the disk has made the file
  }
  waitFor("it to go on", [this] { return room_.count("startRecording") >= 2; });
  settle();
  EXPECT_EQ(room_.count("startRecording"), 2);
  const Json done = stop();
  EXPECT_EQ(done["files"].size(), 2U);
  EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
}

TEST_F(RecordingLife, PausedWhileItsNextPartIsMadeItGoesOnLaterInAnother) {
  record();
  progress(2);
  recordings_->roomDied("demo");
  recordings_->roomReady("demo");
  setPaused(true);  // the disk's thread has the file in hand
  bool made = false;
  const std::string leaf =
      recordings_->list("demo")["recordings"].at(0)["files"].at(0)["filename"].stringOr("");
  recordings_->openFile(id_, leaf, [&made](Result<UniqueFd>, const std::string&) { made = true; });
  waitFor("the disk", [&made] { return made; });
  EXPECT_EQ(room_.count("startRecording"), 1);
  setPaused(false);
  waitFor("it to go on", [this] { return room_.count("startRecording") == 2; });
  settle();
  const Json done = stop();
  EXPECT_EQ(done["files"].size(), 2U) << "a part with nothing in it is none";
  EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
}

TEST_F(RecordingLife, StoppedWhilePausedItHasTheGap) {
  record();
  progress(1.5);
  setPaused(true);
  const Json done = stop();
  ASSERT_EQ(done["gaps"].size(), 1U);
  EXPECT_EQ(done["gaps"].at(0)["reason"].stringOr(""), "paused");
  EXPECT_EQ(done["gaps"].at(0)["at"].numberOr(0), 1.5);
}

TEST_F(RecordingLife, EndsAtItsLargestSize) {
  record(R"({"maxSize": 3})");
  progress(2, 3 << 20);
  const Json done = end();
  EXPECT_EQ(done["status"].stringOr(""), "limitReached");
  EXPECT_EQ(room_.count("stopRecording"), 1);
  EXPECT_NE(done["error"].stringOr("").find("largest size"), std::string::npos);
}

TEST_F(RecordingLife, FinishingItIsSeenToGoOnOverAllItsParts) {
  room_.packetBytes = 4000;
  room_.filmSeconds = 160;  // 32 MB
  record();
  progress(1, 32 << 20);
  recordings_->roomDied("demo");
  recordings_->roomReady("demo");
  waitFor("another part", [this] { return room_.count("startRecording") == 2; });
  progress(1, 32 << 20);
  std::set<double> seen;
  double last = 0;
  const Timer looks = Timer::every(std::chrono::milliseconds(1), [&] {
    const Json now = recordings_->list("demo")["recordings"].at(0);
    if (!now.has("progress")) return;
    const double done = now["progress"].numberOr(-1);
    EXPECT_GE(done, last);
    EXPECT_LE(done, 1);
    last = done;
    seen.insert(done);
  });
  stop();
  EXPECT_GT(seen.size(), 3U) << "it is not seen to grow";
  EXPECT_GT(last, 0.5);
  EXPECT_FALSE(recordings_->list("demo")["recordings"].at(0).has("progress"));
}

TEST(FinishMediaFile, TellsHowFarItIs) {
  const UniqueFd fd(::memfd_create("film", MFD_CLOEXEC));
  writeFilm(fd.get(), 20);
  std::vector<double> seen;
  ASSERT_TRUE(finishMediaFile(fd.get(), Container::webm, {}, [&seen](double done) { seen.push_back(done); }));
  EXPECT_GT(seen.size(), 20U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.back(), 1);
}

Json pending() {
  return *Json::parse(R"({"hook": {"status": "pending"}, "upload": {"status": "pending", "files": []}})");
}

TEST_F(RecordingLife, WhatComesAfterItIsDoneAlthoughTheServerDiedInBetween) {
  planned_ = pending();
  record();
  const Json done = stop();  // and nobody begins what is to be done
  close();
  EXPECT_EQ(manifestOnDisk(done)["after"].dump(), pending().dump());
  EXPECT_EQ(manifestOnDisk(done)["status"].stringOr(""), "completed");
  open();
  AfterRecording::Settings settings;
  settings.hook = {"/bin/sh", "-c", "echo {id} >> " + dir_ + "/ran"};
  settings.deleteLocal = true;
  after_.emplace(*recordings_, settings);
  const auto hook = [&] { return manifestOnDisk(done)["after"]["hook"]["status"].stringOr(""); };
  waitFor("the hook to be done", [&] { return hook() == "done"; });
  EXPECT_EQ(linesOf("ran"), 1U);
  EXPECT_EQ(manifestOnDisk(done)["after"]["upload"]["status"].stringOr(""), "pending")
      << "there is no storage for now: it waits for one";
  EXPECT_FALSE(recordings_->list("")["recordings"].at(0)["files"].at(0)["removed"].booleanOr(false))
      << "what is here alone stays";
  close();
  open();
  after_.emplace(*recordings_, settings);
  const auto known = [this] { return recordings_->list("")["recordings"].size() == 1; };
  waitFor("the recording to be found", known);
  EXPECT_EQ(linesOf("ran"), 1U) << "it has been done";
}

TEST_F(RecordingLife, AHookIsTriedUntilItSucceeds) {
  AfterRecording::Settings settings;
  settings.hook = {"/bin/sh", "-c", "echo {id} >> " + dir_ + "/tries; test -e " + dir_ + "/ready"};
  after_.emplace(*recordings_, settings);
  record();
  const Json done = stop();
  waitFor("the hook to be tried", [this] { return linesOf("tries") == 1; });
  EXPECT_EQ(manifestOnDisk(done)["after"]["hook"]["status"].stringOr(""), "pending");
  std::ofstream(dir_ + "/ready") << "now";
  const auto hook = [&] { return manifestOnDisk(done)["after"]["hook"]["status"].stringOr(""); };
  waitFor("the hook to be done", [&] { return hook() == "done"; });
  EXPECT_EQ(linesOf("tries"), 2U);
}

TEST_F(RecordingLife, WhatIsUploadedStaysUntilTheHookHasHadIt) {
  planned_ = pending().with("upload", Json::object({{"status", "done"}, {"files", Json::array()}}));
  record();
  const Json done = stop();
  close();
  open();
  AfterRecording::Settings settings;
  settings.hook = {"/bin/sh", "-c", "echo {id} >> " + dir_ + "/tries; test -e " + dir_ + "/ready"};
  settings.deleteLocal = true;
  after_.emplace(*recordings_, settings);
  waitFor("the hook to be tried", [this] { return linesOf("tries") == 1; });
  const std::string path = dir_ + "/" + done["path"].stringOr("") + ".webm";
  EXPECT_TRUE(fs::exists(path));
  std::ofstream(dir_ + "/ready") << "now";
  waitFor("the file to go", [&] { return !fs::exists(path); });
  EXPECT_EQ(linesOf("tries"), 2U);
}

TEST_F(RecordingLife, WhatIsAtTheStorageOnlyIsNotShownAsHere) {
  record();
  const Json done = stop();
  recordings_->removeMedia(id_);
  const auto removed = [](const Json& of) { return of["files"].at(0)["removed"].booleanOr(false); };
  EXPECT_TRUE(removed(recordings_->list("demo")["recordings"].at(0)));
  waitFor("the manifest to say so", [&] { return removed(manifestOnDisk(done)); });
  const std::string path = dir_ + "/" + done["path"].stringOr("") + ".webm";
  waitFor("the file to go", [&] { return !fs::exists(path); });
  close();
  open();
  waitFor("the recording to be found", [this] { return recordings_->list("")["recordings"].size() == 1; });
  EXPECT_TRUE(removed(recordings_->list("demo")["recordings"].at(0)));
}

}  // namespace
}  // namespace tributary
