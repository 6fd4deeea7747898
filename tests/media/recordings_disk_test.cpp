// Disks that are full, read-only, gone, slow or dead under a recording: it ends with a word and a whole file,
// and the call does not notice.
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "media_probe.h"
#include "recordings_fixture.h"
#include "slow_disk.h"

namespace tributary::test {
namespace {

constexpr double soonEnough = 2;     // s until people are told (the issue)
constexpr double twoFrames = 0.085;  // s at 25 fps, and what a clock of 90 kHz rounds
constexpr int attempts = 5;          // a machine that has no time now is given another chance

/// What the call was like over some time.
struct CallGaps {
  double shown = 0;    ///< s, the largest between two frames as they arrived
  double stamped = 0;  ///< s, the largest between the times two frames were drawn
};

/// A call with one who talks, recorded on a disk to which something happens.
class DiskTest : public RecordingsTest {
 protected:
  using RecordingsTest::RecordingsTest;

  void call() {
    ada_ = enter("demo");
    TestPeer::Options talker;
    talker.framerate = 25;
    ada_->call(talker);
    ASSERT_TRUE(waitFor([this] { return ada_->answered() && ada_->peer()->video().frames > 0; }));
  }

  CallGaps gapsWhile(const std::function<void()>& something) const {
    ada_->peer()->resetGap();
    something();
    const auto video = ada_->peer()->video();
    return {video.largestGap, video.largestStep};
  }

  /// The words people were told of that recording's end.
  std::optional<std::string> toldEnd(const std::string& id) const {
    for (const auto& message : ada_->messages()) {
      if (message["ended"]["recordingId"].stringOr("") == id) return message["ended"]["error"].stringOr("");
    }
    return std::nullopt;
  }

  struct Outcome {
    std::string id;
    std::string error;
    double told = 0;  ///< s from the trouble on
    CallGaps before;  ///< while all was well, as long as `during`
    CallGaps during;
  };
  /// Records, makes trouble, and waits until people are told.
  Outcome suffer(const std::function<void()>& trouble, const std::string& wish = "{}") {
    Outcome out;
    out.id = record("demo", wish);
    EXPECT_TRUE(recorded(out.id, 1));
    out.before = gapsWhile([] { pass(3); });
    out.during = gapsWhile([&] {
      const double from = now();
      trouble();
      EXPECT_TRUE(waitFor([&] { return toldEnd(out.id).has_value(); }, 30)) << "people are not told";
      out.told = now() - from;
      pass(std::max(0.5, 3 - out.told));
    });
    out.error = toldEnd(out.id).value_or("");
    return out;
  }

  /// The issue's bounds, by the best of some attempts: what the disk does to the call it does each time, what
  /// a loaded machine does it does now and then, and also while all is well. `heal` makes the disk well
  /// again.
  void expectHarmless(const std::function<void()>& trouble, const std::function<void()>& heal,
                      const std::string& word) {
    double usual = twoFrames;
    double least = 1e9;
    for (int i = 1;; ++i) {
      const Outcome seen = suffer(trouble);
      heal();
      report(seen);
      EXPECT_NE(seen.error.find(word), std::string::npos) << seen.error;
      expectWholeFile(seen.id);
      usual = std::max(usual, seen.before.shown);
      least = std::min(least, seen.during.shown);
      const bool good = seen.told <= soonEnough && seen.during.stamped <= twoFrames && least <= usual;
      if (good || HasFailure()) return;
      ASSERT_LT(i, attempts) << "the call feels the disk, or people are told late";
    }
  }

  void expectWholeFile(const std::string& id) {
    ASSERT_TRUE(isOver(id)) << recording(id).dump(true);
    const Json done = recording(id);
    EXPECT_EQ(done["status"].stringOr(""), "failed");
    EXPECT_EQ(done["droppedPackets"].integerOr(-1), 0);
    const std::string path = folder() + "/" + done["path"].stringOr("");
    const Probe film = probe(path + ".webm");
    EXPECT_EQ(film.complaints, "");
    EXPECT_NEAR(film.duration, done["duration"].numberOr(0), 0.1);
    EXPECT_GT(film.duration, 3) << "what was written before the trouble must be there";
    EXPECT_TRUE(!film.chapters.empty() || !hasRoomForIndex());
  }

  /// On a full disk a file plays without index and chapters where what was cut off it left no room for them.
  virtual bool hasRoomForIndex() const { return true; }

  static Json manifestOn(const std::string& path) {
    std::ifstream file(path + ".json");
    std::stringstream text;
    text << file.rdbuf();
    return Json::parse(text.str()).value_or(Json());
  }

  virtual std::string folder() const = 0;

  /// Without anybody's doing, in the API and on the disk.
  void expectFinished(const std::string& id, const std::string& status) {
    const auto done = [](const Json& manifest) {
      return manifest["files"].at(0)["finished"].booleanOr(false);
    };
    ASSERT_TRUE(waitFor([&] { return done(recording(id)); }, 60))
        << recording(id).dump(true) << server_.log();
    const std::string path = folder() + "/" + recording(id)["path"].stringOr("");
    EXPECT_TRUE(waitFor([&] { return done(manifestOn(path)); }));
    EXPECT_EQ(recording(id)["status"].stringOr(""), status);
    EXPECT_NE(recording(id)["error"].stringOr(""), "");
    const Probe film = probe(path + ".webm");
    EXPECT_EQ(film.complaints, "");
    EXPECT_GT(film.duration, 1.5);
    EXPECT_FALSE(fs::exists(path + ".webm.part"));
  }

  static void pass(double seconds) {
    const double until = now() + seconds;
    waitFor([until] { return now() > until; }, seconds + 10);
  }

  static void report(const Outcome& seen) {
    std::printf(
        "told after %.2f s; largest gap of the call %.0f ms as drawn, %.0f ms as arrived (before: %.0f, "
        "%.0f): %s\n",
        seen.told, seen.during.stamped * 1e3, seen.during.shown * 1e3, seen.before.stamped * 1e3,
        seen.before.shown * 1e3, seen.error.c_str());
  }

  std::shared_ptr<SignallingClient> ada_;
};

/// A base, so that it outlives the server, which holds files on it.
struct HasSlowDisk {
  SlowDisk disk;
};

/// On a file system that gets slow, dead or broken.
class SlowDiskTest : protected HasSlowDisk, public DiskTest {
 protected:
  SlowDiskTest()
      : DiskTest(R"({"recordings": {"minFreeSpace": 0, "folder": ")" + HasSlowDisk::disk.path() + R"("}})") {}
  ~SlowDiskTest() override { disk.set({}); }
  void SetUp() override {
    if (disk.path().empty()) GTEST_SKIP() << "no FUSE here";
    call();
  }
  std::string folder() const override { return disk.path(); }

  void expectHarmless(const SlowDisk::Trouble& trouble, const std::string& word) {
    DiskTest::expectHarmless([&] { disk.set(trouble); }, [this] { disk.set({}); }, word);
  }
};

TEST_F(SlowDiskTest, ADeadDiskIsToldAndNobodyWaits) {
  expectHarmless({.dead = true}, "the disk has taken nothing");
}

TEST_F(SlowDiskTest, ASlowDiskIsToldAndNobodyWaits) {
  expectHarmless({.bytesPerSecond = 2000}, "the disk has taken nothing");
}

TEST_F(SlowDiskTest, ADiskThatTurnsReadOnlyIsToldAtOnce) {
  expectHarmless({.error = EROFS}, "Read-only file system");
}

TEST_F(SlowDiskTest, ABrokenDiskIsToldAtOnce) {
  expectHarmless({.error = EIO}, "Input/output error");
}

TEST_F(SlowDiskTest, AFullDiskIsToldAtOnce) {
  expectHarmless({.error = ENOSPC}, "No space left");
}

TEST_F(SlowDiskTest, ADeadDiskKeepsNobodyFromTheCallOrTheServerFromItsEnd) {
  disk.set({.dead = true});
  const double from = now();
  EXPECT_EQ(post("/v1/rooms/demo/recordings").status, 500);
  EXPECT_LT(now() - from, soonEnough + 1);
  const auto bob = enter("demo", "Bob");
  EXPECT_EQ(ask(port(), "GET", "/v1/recordings").status, 200);
}

TEST_F(SlowDiskTest, WhatADiskDidNotLetFinishIsFinishedOnceItIsBack) {
  const std::string id = record("demo");
  ASSERT_TRUE(recorded(id, 2));
  disk.set({.error = EROFS});
  ASSERT_TRUE(isOver(id));
  const std::string path = folder() + "/" + recording(id)["path"].stringOr("");
  EXPECT_EQ(recording(id)["status"].stringOr(""), "failed");
  EXPECT_FALSE(recording(id)["files"].at(0)["finished"].booleanOr(true));
  EXPECT_TRUE(fs::exists(path + ".webm.part"));
  disk.set({});
  expectFinished(id, "failed");

  // As a server leaves it that was ended before the disk came back.
  Json left = manifestOn(path);
  Json file = left["files"].at(0);
  left.set("files", Json::array({file.set("finished", false).set("sha256", "")}));
  fs::remove(path + ".json");
  std::ofstream(path + ".json") << left.dump();
  fs::rename(path + ".webm", path + ".webm.part");
  server_.killAndRestart();
  expectFinished(id, "failed");
}

/// On a file system of its own, of one MiB if not said otherwise.
class SmallDiskTest : public DiskTest {
 protected:
  explicit SmallDiskTest(int mebibytes = 1, int mustStayFree = 0)
      : DiskTest(R"({"recordings": {"minFreeSpace": )" + std::to_string(mustStayFree) + R"(, "folder": ")" +
                 disk() + R"("}})"),
        mebibytes_(mebibytes) {}
  ~SmallDiskTest() override {
    std::system(("umount -l " + disk() + " 2>/dev/null; rmdir " + disk()).c_str());
  }
  void SetUp() override {
    fs::create_directories(disk());
    const std::string size = "size=" + std::to_string(mebibytes_) + "m";
    const bool mounted =
        std::system(("mount -t tmpfs -o " + size + " tmpfs " + disk() + " 2>/dev/null").c_str()) == 0;
    if (!mounted) GTEST_SKIP() << "may not mount here";
    call();
  }
  std::string folder() const override { return disk(); }
  bool hasRoomForIndex() const override { return mebibytes_ > 1; }
  static std::string disk() { return "/tmp/tributary-small-disk-" + std::to_string(::getpid()); }
  static void fill() {
    std::ofstream ballast(disk() + "/ballast");
    while (ballast << std::string(4096, 'x') << std::flush) {
    }
  }
  static void empty() { fs::remove(disk() + "/ballast"); }

 private:
  const int mebibytes_;
};

TEST_F(SmallDiskTest, AFullDiskEndsTheRecordingWithAFileThatPlays) {
  expectHarmless(fill, empty, "No space left");
}

TEST_F(SmallDiskTest, ADiskThatStaysFullHasAFileThatPlaysAndAManifestThatSaysWhy) {
  const Outcome seen = suffer(fill);
  ASSERT_TRUE(isOver(seen.id)) << recording(seen.id).dump(true);
  const Json done = recording(seen.id);
  const std::string path = folder() + "/" + done["path"].stringOr("");
  const Probe film = probe(path + ".webm");
  EXPECT_EQ(film.complaints, "");
  EXPECT_NEAR(film.duration, done["duration"].numberOr(0), 0.1);
  EXPECT_EQ(done["status"].stringOr(""), "failed");
  EXPECT_NE(done["error"].stringOr("").find("No space left"), std::string::npos) << done.dump(true);
  EXPECT_TRUE(manifestOn(path)["recordingId"].string()) << "the manifest is no JSON";
  fs::remove(disk() + "/ballast");
  EXPECT_TRUE(waitFor([&] { return manifestOn(path)["status"].stringOr("") == "failed"; }));
  EXPECT_EQ(manifestOn(path)["error"].stringOr(""), done["error"].stringOr("?"));
}

TEST_F(SmallDiskTest, ADiskThatCannotBeWrittenSaysSoAtOnce) {
  ASSERT_EQ(std::system(("mount -o remount,ro " + disk()).c_str()), 0);
  const double from = now();
  const auto answer = post("/v1/rooms/demo/recordings");
  EXPECT_LT(now() - from, soonEnough);
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find("Read-only"), std::string::npos) << answer.body;
  ASSERT_EQ(std::system(("mount -o remount,rw " + disk()).c_str()), 0);
  const std::string id = record("demo");
  ASSERT_TRUE(recorded(id, 0.5));
  post("/v1/recordings/" + id + "/stop");
  EXPECT_TRUE(isOver(id));
}

/// On one of which half must stay free.
class NearlyFullDiskTest : public SmallDiskTest {
 protected:
  NearlyFullDiskTest() : SmallDiskTest(16, 8) {}
  /// There is room for a film, but not enough.
  static void nearlyFill() { std::ofstream(disk() + "/ballast") << std::string(10 << 20, 'x'); }
};

TEST_F(NearlyFullDiskTest, NoneBeginsWhereTooLittleIsFree) {
  nearlyFill();
  const double from = now();
  const auto answer = post("/v1/rooms/demo/recordings");
  EXPECT_LT(now() - from, soonEnough);
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find("the disk is nearly full"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("8 MiB must stay free"), std::string::npos) << answer.body;
  EXPECT_EQ(leftPartsOn(disk()), 0);
  empty();
  const std::string id = record("demo");
  ASSERT_TRUE(recorded(id, 0.5));
  post("/v1/recordings/" + id + "/stop");
  EXPECT_TRUE(isOver(id));
  EXPECT_EQ(recording(id)["status"].stringOr(""), "completed");
}

TEST_F(NearlyFullDiskTest, ARunningOneEndsWholeWhereTooLittleIsLeft) {
  expectHarmless(nearlyFill, empty, "the disk is nearly full");
}

/// On the machine's own disk.
class FolderTest : public DiskTest {
 protected:
  FolderTest() : DiskTest(noSpaceLimit) {}
  void SetUp() override { call(); }
  std::string folder() const override { return server_.stateDir() + "/recordings"; }
};

TEST_F(FolderTest, ThatIsTakenAwayIsToldAndTheNextRecordingMakesAnother) {
  for (int i = 1;; ++i) {
    const Outcome seen = suffer([this] { fs::remove_all(folder()); });
    report(seen);
    EXPECT_NE(seen.error.find("removed"), std::string::npos) << seen.error;
    ASSERT_TRUE(isOver(seen.id));
    if (seen.told <= soonEnough && seen.during.stamped <= twoFrames) break;
    ASSERT_LT(i, attempts) << "people are told late";
  }
  const std::string id = record("demo");
  ASSERT_TRUE(recorded(id, 1));
  post("/v1/recordings/" + id + "/stop");
  ASSERT_TRUE(isOver(id));
  EXPECT_EQ(recording(id)["status"].stringOr(""), "completed");
  EXPECT_EQ(probe(pathOf(recording(id))).complaints, "");
}

TEST_F(FolderTest, ThatCannotBeMadeIsToldAtOnce) {
  fs::remove_all(folder());
  std::ofstream(folder()) << "a file is in the way";
  const double from = now();
  const auto answer = post("/v1/rooms/demo/recordings");
  EXPECT_LT(now() - from, soonEnough);
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find(folder()), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace tributary::test
