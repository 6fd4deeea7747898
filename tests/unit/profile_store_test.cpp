#include "config/profile_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/loop_test.h"

namespace tributary {
namespace {

namespace fs = std::filesystem;

class ProfileStoreTest : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    char name[] = "/tmp/tributary-store-XXXXXX";
    dir_ = mkdtemp(name);
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(dir_);
  }

  void write(const std::string& file, const std::string& text) const {
    std::ofstream(dir_ + "/" + file) << text;
  }
  void open(const std::string& checker = "") {
    store_ = std::make_unique<ProfileStore>(ProfileStore::Settings{dir_, checker});
    store_->onChanged = [this](const std::string& name) { changed_.push_back(name); };
  }
  /// Saved, and looked at now.
  void save(const std::string& name, const std::string& text) {
    write(name + ".json", text);
    store_->reload();
  }
  int widthOf(const std::string& name) const {
    const auto json = store_->get(name);
    return json ? static_cast<int>((*json)["canvas"]["width"].integerOr(0)) : -1;
  }
  Json versionOf(const std::string& name) const { return store_->get(name).value_or(Json()); }

  std::string dir_;
  std::unique_ptr<ProfileStore> store_;
  std::vector<std::string> changed_;
};

TEST_F(ProfileStoreTest, WhatARoomRefusesGoesBackToTheVersionBefore) {
  write("a.json", R"({"canvas": {"width": 640}})");
  open();
  save("a", R"({"canvas": {"width": 320}})");
  const Json refused = versionOf("a");
  store_->report("a", refused, "no encoder\nstarts");
  EXPECT_EQ(widthOf("a"), 640);
  EXPECT_EQ(changed_, (std::vector<std::string>{"a", "a"})) << "rooms that took it go back too";
  EXPECT_EQ(store_->list().at(0).mistakes,
            (std::vector<std::string>{"a.json: $: no encoder", "a.json: $: starts"}));
  store_->report("a", refused, "another room's");
  EXPECT_EQ(widthOf("a"), 640);
  store_->report("a", versionOf("a"), "this one neither");
  EXPECT_EQ(widthOf("a"), 640) << "there is no other";
  EXPECT_EQ(changed_.size(), 2U);
  store_->reload();
  EXPECT_FALSE(store_->list().at(0).valid) << "until the file changes";
  save("a", R"({"canvas": {"width": 480}})");
  EXPECT_EQ(widthOf("a"), 480);
  EXPECT_TRUE(store_->list().at(0).valid);
}

TEST_F(ProfileStoreTest, AFirstDefaultThatARoomRefusesGoesBackToTheBuiltInOne) {
  open();
  save("default", R"({"canvas": {"width": 320}})");
  store_->report("default", versionOf("default"), "$.canvas: too small");
  EXPECT_EQ(widthOf("default"), 0);
  EXPECT_EQ(store_->list().at(0).mistakes.at(0), "default.json: $.canvas: too small");
}

TEST_F(ProfileStoreTest, ARemovedProfileStaysForRoomsThatRun) {
  write("a.json", R"({"canvas": {"width": 640}})");
  write("b.json", R"({"canvas": {"width": 641}})");
  open();
  fs::remove(dir_ + "/a.json");
  fs::remove(dir_ + "/b.json");
  store_->reload();
  EXPECT_EQ(widthOf("a"), 640);
  EXPECT_EQ(store_->get("b").error().code, ErrorCode::notFound) << "was never right";
  EXPECT_TRUE(store_->list().empty());
  save("a", R"({"canvas": {"width": 640}})");
  EXPECT_TRUE(changed_.empty()) << "it is the same again";
  save("a", R"({"canvas": {"width": 320}})");
  EXPECT_EQ(changed_.size(), 1U);
  EXPECT_EQ(store_->list().size(), 1U);
}

TEST_F(ProfileStoreTest, TellsWhatTheCheckerSaysOfAProfileWithOtherMistakesToo) {
  write("checker",
        "#!/bin/sh\necho \"a.json: $.one: all of it\"\necho \"a.json: $.two: in one run\"\nexit 1\n");
  fs::permissions(dir_ + "/checker", fs::perms::owner_all);
  write("a.json", R"({"canvas": {"width": 641}, "encoders": {"VP8": {"element": "vp8enc"}}})");
  open(dir_ + "/checker");
  waitFor("the check", [this] { return !store_->list().at(0).valid; });
  EXPECT_EQ(store_->list().at(0).mistakes.size(), 2U);
}

}  // namespace
}  // namespace tributary
