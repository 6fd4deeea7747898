#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "recordings/manifest.h"
#include "recordings/recording_name.h"
#include "recordings/recording_options.h"
#include "recordings/recording_store.h"
#include "support/loop_test.h"

namespace tributary {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> hostileNames = {"../../etc/passwd",
                                               "/etc/passwd",
                                               "..",
                                               ".",
                                               "",
                                               std::string("nul\0name", 8),
                                               "two\nlines\r\n",
                                               std::string(300, 'x'),
                                               "\u202Egnirts\u202C",
                                               "\U0001F600 party",
                                               "a/../../b",
                                               "con\\..\\..\\x",
                                               "-rf *",
                                               "%2e%2e%2f"};

TEST(RecordingName, NothingThatSomebodyTypedLeadsOutOfTheFolder) {
  for (const auto& name : hostileNames) {
    const std::string path = recordingPath("{room}/{date}/{room}-{time}-{id}", name, "r_abc", 0);
    SCOPED_TRACE(path);
    EXPECT_EQ(std::ranges::count(path, '/'), 2);
    for (const auto& segment : fs::path(path)) {
      EXPECT_NE(segment, "..");
      EXPECT_NE(segment.string().front(), '.');
      EXPECT_LE(segment.string().size(), 180U);
    }
    EXPECT_TRUE(path.ends_with("-00-00-00-r_abc"));
  }
  EXPECT_EQ(recordingPath("{room}/{date}/{room}-{time}-{id}", "demo", "r_abc", 1'795'000'000),
            "demo/2026-11-18/demo-11-06-40-r_abc");
}

TEST(RecordingName, APatternMustBeRelativeAndUnique) {
  EXPECT_TRUE(checkPathPattern("{room}/{date}/{room}-{time}-{id}"));
  EXPECT_TRUE(checkPathPattern("all-{id}"));
  for (const char* wrong : {"/abs/{id}", "../{id}", "{room}", "{id}/{room}", "a//{id}", "{who}-{id}",
                            "a b{id}", "1/2/3/4/5/{id}", ".hidden-{id}", ""}) {
    EXPECT_FALSE(checkPathPattern(wrong)) << wrong;
  }
}

class RecordingStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tributary-store-XXXXXX";
    dir_ = mkdtemp(name);
    store_.emplace(dir_ + "/recordings");
    ASSERT_TRUE(store_->open());
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::string dir_;
  std::optional<RecordingStore> store_;
};

TEST_F(RecordingStoreTest, StaysInItsFolder) {
  std::ofstream(dir_ + "/secret") << "secret";
  fs::create_directories(dir_ + "/recordings/demo");
  fs::create_symlink(dir_ + "/secret", dir_ + "/recordings/demo/link.webm");
  fs::create_directory_symlink(dir_, dir_ + "/recordings/out");
  for (const char* path : {"../secret", "demo/../../secret", "demo/link.webm", "out/secret", "/etc/passwd"}) {
    EXPECT_FALSE(store_->openToRead(path)) << path;
    EXPECT_FALSE(store_->openToWrite(path)) << path;
    EXPECT_FALSE(store_->create(path)) << path;
  }
  EXPECT_FALSE(store_->create("out/new.webm"));
  EXPECT_FALSE(fs::exists(dir_ + "/new.webm"));
  EXPECT_FALSE(store_->writeAtomically("out/new.json", "{}"));
  EXPECT_EQ(store_->list().paths, std::vector<std::string>()) << "links are not listed";
}

TEST_F(RecordingStoreTest, MakesReadsRenamesAndRemoves) {
  ASSERT_TRUE(store_->create("a/b/c.webm.part"));
  EXPECT_FALSE(store_->create("a/b/c.webm.part")) << "it is there already";
  ASSERT_TRUE(store_->rename("a/b/c.webm.part", "a/b/c.webm"));
  ASSERT_TRUE(store_->writeAtomically("a/b/c.json", "{}"));
  ASSERT_TRUE(store_->writeAtomically("a/b/c.json", "{\"n\": 1}"));
  EXPECT_EQ(*store_->read("a/b/c.json"), "{\"n\": 1}");
  EXPECT_EQ(store_->list().paths.size(), 2U);
  ASSERT_TRUE(store_->remove("a/b/c.webm"));
  EXPECT_TRUE(store_->remove("a/b/c.webm"));
  EXPECT_FALSE(store_->exists("a/b/c.webm"));
  EXPECT_GT(store_->freeBytes(), 0);
}

TEST_F(RecordingStoreTest, ComesBackWhenItsFolderWasRemoved) {
  fs::remove_all(dir_ + "/recordings");
  EXPECT_TRUE(store_->create("a.webm.part"));
  EXPECT_TRUE(fs::exists(dir_ + "/recordings/a.webm.part"));
}

TEST_F(RecordingStoreTest, TakesTheChecksumThatOthersTake) {
  std::ofstream(dir_ + "/recordings/abc") << "abc";
  const auto fd = store_->openToRead("abc");
  ASSERT_TRUE(fd);
  double progress = 0;
  EXPECT_EQ(*sha256Of(fd->get(), [&progress](double now) { progress = now; }),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2, B.1
  EXPECT_EQ(progress, 1);
}

Json joined(const std::string& identity, const std::string& name) {
  return Json::object({{"type", "participantJoined"},
                       {"participant", Json::object({{"identity", identity}, {"name", name}})}});
}

TEST(Manifest, SurvivesHostileNamesAndARoundTrip) {
  Manifest manifest;
  manifest.recordingId = "r_1";
  manifest.path = "demo/x";
  for (const auto& name : hostileNames)
    manifest.note(joined("p_" + std::to_string(manifest.participants.size()), name.c_str()), 1);
  manifest.note(joined("p_script", "--> </v>\n\nWEBVTT\n00:00.000 --> 00:01.000 <b>&amp;"), 10);
  manifest.duration = 20;
  const std::string text = manifest.toJson().dump(true);
  const auto json = Json::parse(text);
  ASSERT_TRUE(json);
  const auto again = parseManifest(*json);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->toJson().dump(true), text);
  const std::string vtt = manifest.chaptersVtt();
  EXPECT_EQ(vtt.find("<b>"), std::string::npos);
  EXPECT_EQ(vtt.find("\n\nWEBVTT"), std::string::npos);
}

TEST(Manifest, KnowsWhoWasThereAndWhoTalked) {
  Manifest manifest;
  const auto speakers = [](std::vector<Json> who) {
    return Json::object({{"type", "activeSpeakers"}, {"identities", Json::array(std::move(who))}});
  };
  manifest.note(joined("a", "Ada"), 0);
  manifest.note(joined("b", "Bob"), 5);
  manifest.note(speakers({"a"}), 6);
  manifest.note(speakers({"a", "b"}), 8);
  manifest.note(speakers({"b"}), 9);
  manifest.note(Json::object({{"type", "participantLeft"}, {"identity", "b"}}), 12);
  manifest.note(joined("b", "Bob"), 20);
  manifest.files = {{"x-1.webm", 0, 10, 0, "", false}, {"x-2.webm", 10, 8, 0, "", false}};
  manifest.duration = 18;
  const auto known = manifest.chaptersOf(manifest.files[1]);
  ASSERT_EQ(known.size(), 3U) << "of what is being recorded, also what came after it was last heard of";
  EXPECT_EQ(known[2].time, 10'000'000'000);
  manifest.duration = 30;
  manifest.closeAll(30);
  manifest.status = RecordingStatus::completed;
  ASSERT_EQ(manifest.participants.size(), 3U);
  EXPECT_EQ(*manifest.participants[1].leftAt, 12);
  EXPECT_EQ(*manifest.participants[2].leftAt, 30);
  ASSERT_EQ(manifest.talkers.size(), 2U);
  EXPECT_EQ(manifest.talkers[0].from, 6);
  EXPECT_EQ(*manifest.talkers[0].to, 9);
  EXPECT_EQ(*manifest.talkers[1].to, 30);
  const auto chapters = manifest.chapters();
  ASSERT_EQ(chapters.size(), 4U);
  EXPECT_EQ(chapters[1].title, "Bob joins");
  EXPECT_EQ(chapters[2].title, "Bob leaves");
  const auto second = manifest.chaptersOf(manifest.files[1]);
  ASSERT_EQ(second.size(), 3U);
  EXPECT_EQ(second[0].time, 0) << "what was going on when the part began";
  EXPECT_EQ(second[1].time, 2'000'000'000);
}

TEST(Manifest, RefusesWhatIsNone) {
  EXPECT_FALSE(parseManifest(Json::object()));
  EXPECT_FALSE(parseManifest(*Json::parse(
      R"({"status": "active", "recordingId": "r", "path": "x", "files": [{"filename": "../../etc/passwd"}]})")));
}

TEST(RecordingOptions, SayWhatWouldBeRight) {
  const PipelineProfile::Recording profile;
  const auto with = [&profile](const char* text) { return recordingOptions(profile, *Json::parse(text)); };
  EXPECT_EQ(with("{}")->codec, "VP8");
  EXPECT_EQ(with(R"({"container": "mkv"})")->codec, "H264");
  EXPECT_EQ(with(R"({"container": "mkv", "codec": "VP9"})")->codec, "VP9");
  EXPECT_EQ(with(R"({"maxDuration": 60})")->maxDuration, std::chrono::seconds(60));
  PipelineProfile::Recording own;
  own.container = "mkv";
  own.codec = "VP9";
  own.partDuration = std::chrono::seconds(30);
  own.own = {360, 10, 250'000, {{"VP9", {"vp9enc", {{"cpu-used", "2"}}}}}};
  const auto options = recordingOptions(own, Json::object());
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->partDuration, std::chrono::seconds(30));
  EXPECT_EQ(options->toRoom("r")["video"].dump(),
            R"({"codec":"VP9","rendition":"","own":{"height":360,"framerate":10,"bitrate":250000,)"
            R"("encoder":{"element":"vp9enc","properties":{"cpu-used":"2"}}}})");
  for (const auto& [wrong, word] :
       {std::pair{R"({"container": 3})", "container: must be text"},
        std::pair{R"({"codec": ["VP8"]})", "codec: must be text"},
        std::pair{R"({"audioOnly": "yes"})", "audioOnly: must be true or false"}}) {
    const auto refused = with(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().message, word);
  }
  // Another container than that codec was meant for.
  EXPECT_EQ(recordingOptions(own, *Json::parse(R"({"container": "mp4"})"))->codec, "H264");
  for (const char* wrong : {R"({"container": "avi"})", R"({"container": "mp4", "codec": "VP8"})",
                            R"({"maxDuration": "long"})", R"({"maxSize": -1})", R"({"partDuration": 1e9})"}) {
    EXPECT_FALSE(with(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace tributary
