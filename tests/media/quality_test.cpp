// The picture that a client asks for with `quality`, against the real server.
#include <gtest/gtest.h>

#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

constexpr const char* profile =
    R"({"canvas": {"width": 640, "height": 360, "framerate": 15}, "rate": {"adapt": false}, "renditions": [
        {"name": "high", "height": 360, "bitrate": 500000}, {"name": "low", "height": 180, "bitrate": 150000}]})";

class Quality : public testing::Test {
 protected:
  void SetUp() override {
    ada_ = call("Ada");
    bob_ = call("Bob");
    for (const auto& client : {ada_, bob_})
      ASSERT_TRUE(waitFor([&] { return height(*client) == 360 && client->peer()->soundSeconds() > 1; }, 60))
          << server_.log();
  }
  std::shared_ptr<SignallingClient> call(const std::string& name) {
    auto client = SignallingClient::create(server_.url());
    client->join("quality", name);
    TestPeer::Options options;
    options.width = 160;
    options.height = 90;
    options.framerate = 10;
    client->call(options);
    return client;
  }
  static int height(const SignallingClient& client) { return client.peer()->video().height; }

  /// Bob's wish, taken by the server.
  void wish(const char* quality) {
    Json message = *Json::parse(quality);
    message.set("type", "quality");
    message.set("id", ++id_);
    bob_->send(message);
    ASSERT_TRUE(waitFor([&] { return !bob_->replyTo(id_).isNull(); }, 60));
    ASSERT_EQ(bob_->replyTo(id_)["type"].stringOr(""), "ok") << bob_->replyTo(id_).dump();
  }
  /// Whether that many frames come to him; nobody else's picture changes meanwhile.
  bool hasFrames(uint64_t more) {
    const uint64_t before = bob_->peer()->video().frames;
    return waitFor([&] { return bob_->peer()->video().frames >= before + more; }, 60);
  }

  ServerProcess server_{"{}", profile};
  std::shared_ptr<SignallingClient> ada_;
  std::shared_ptr<SignallingClient> bob_;
  int64_t id_ = 100;
};

TEST_F(Quality, MaxBitrateIsTheBestThatCostsNoMore) {
  wish(R"({"maxBitrate": 300000})");
  EXPECT_TRUE(waitFor([&] { return height(*bob_) == 180; }, 60)) << server_.log();
  EXPECT_TRUE(hasFrames(15));
  EXPECT_EQ(height(*bob_), 180) << "and stays so";
  EXPECT_EQ(height(*ada_), 360) << "nobody else asked for less";
  wish("{}");
  EXPECT_TRUE(waitFor([&] { return height(*bob_) == 360; }, 60)) << "it replaces the wish before";
}

TEST_F(Quality, AudioOnlyIsNoPictureAtAllUntilItIsTakenBack) {
  wish(R"({"audioOnly": true})");
  // What was sent before may still come: then there is a second of sound with no frame.
  const auto aSecondWithout = [&] {
    const uint64_t frames = bob_->peer()->video().frames;
    const double heard = bob_->peer()->soundSeconds();
    EXPECT_TRUE(waitFor([&] { return bob_->peer()->soundSeconds() > heard + 1; }, 60)) << "sound goes on";
    return bob_->peer()->video().frames == frames;
  };
  EXPECT_TRUE(aSecondWithout() || aSecondWithout());
  EXPECT_TRUE(aSecondWithout()) << "and stays so";
  const uint64_t others = ada_->peer()->video().frames;
  EXPECT_TRUE(waitFor([&] { return ada_->peer()->video().frames > others + 15; }, 60));
  wish("{}");
  EXPECT_TRUE(hasFrames(15));
}

}  // namespace
}  // namespace tributary::test
