// What a profile says of shared screens, through real media: several at once, and one that takes the place of
// another.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "server_process.h"
#include "tile_colours.h"

namespace tributary::test {
namespace {

constexpr uint32_t red = 0xd02020;
constexpr uint32_t green = 0x20c020;
constexpr uint32_t blue = 0x2040d0;
constexpr uint32_t yellow = 0xe0e020;
constexpr uint32_t cyan = 0x20e0e0;

/// Two who may share a screen, and one who looks on.
class SharedScreens : public testing::Test {
 protected:
  void begin(const std::string& screen) {
    server_ = std::make_unique<ServerProcess>(
        R"({"limits": {"sessionsPerAddress": 20}})",
        R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"height": 360}], "borders": {"talkerWidth": 0},
            "screen": )" +
            screen + "}");
    ada_ = join("Ada", red, yellow);
    bob_ = join("Bob", green, cyan);
    eve_ = join("Eve", blue, 0);
    cameras_ = {{identityOf(*ada_), red}, {identityOf(*bob_), green}, {identityOf(*eve_), blue}};
    screens_ = {{identityOf(*ada_), yellow}, {identityOf(*bob_), cyan}};
  }
  std::shared_ptr<SignallingClient> join(const std::string& name, uint32_t colour, uint32_t screen) {
    TestPeer::Options options;
    options.colour = colour;
    options.screen = screen;
    options.tone = 0;
    options.width = 320;
    options.height = 180;
    options.framerate = 15;
    auto client = SignallingClient::create(server_->url());
    client->join("screens", name);
    client->call(options);
    EXPECT_TRUE(waitFor([&] { return client->peer()->video().frames > 0; }, 60)) << server_->log();
    return client;
  }
  /// The type of the reply: "ok" or "error".
  std::string share(const std::shared_ptr<SignallingClient>& client) {
    const int64_t id = ++lastId_;
    client->send(Json::object({{"type", "update"}, {"screenShared", true}, {"id", id}}));
    EXPECT_TRUE(waitFor([&] { return !client->replyTo(id).isNull(); }, 60));
    client->peer()->sendScreen(true);
    return client->replyTo(id)["type"].stringOr("");
  }
  /// Whose screens Eve was last told of, sorted.
  std::vector<std::string> shown() const {
    std::vector<std::string> out;
    for (const auto& tile : lastTiles(*eve_).elements())
      if (tile["source"].stringOr("") == "screen") out.push_back(tile["identity"].stringOr(""));
    std::ranges::sort(out);
    return out;
  }
  /// Whether Eve comes to see these screens and no others, and every tile as it was sent.
  bool eveSees(const std::vector<std::shared_ptr<SignallingClient>>& sharers) {
    std::vector<std::string> wanted;
    for (const auto& sharer : sharers)
      wanted.push_back(identityOf(*sharer));
    std::ranges::sort(wanted);
    return waitFor([&] { return shown() == wanted && wrongTiles(*eve_, cameras_, screens_).empty(); }, 60);
  }
  bool wasTold(const SignallingClient& client, const SignallingClient& of, bool shared) const {
    return std::ranges::any_of(client.messages(), [&](const Json& message) {
      const Json person = message["participant"];
      return message["type"].stringOr("") == "participantUpdated" &&
             person["identity"].stringOr("") == identityOf(of) &&
             person["screenShared"].booleanOr(!shared) == shared;
    });
  }

  std::unique_ptr<ServerProcess> server_;
  std::shared_ptr<SignallingClient> ada_, bob_, eve_;
  SentColours cameras_, screens_;
  int64_t lastId_ = 100;
};

TEST_F(SharedScreens, TwoAtOnceWhereSeveralAreAllowed) {
  begin(R"({"several": true})");
  EXPECT_EQ(share(ada_), "ok");
  EXPECT_TRUE(eveSees({ada_})) << lastTiles(*eve_).dump();
  EXPECT_EQ(share(bob_), "ok");
  EXPECT_TRUE(eveSees({ada_, bob_})) << lastTiles(*eve_).dump();
  ada_->send(Json::object({{"type", "update"}, {"screenShared", false}}));
  EXPECT_TRUE(eveSees({bob_})) << lastTiles(*eve_).dump();
}

TEST_F(SharedScreens, OneTakesThePlaceOfAnotherWhereThatIsAllowed) {
  begin(R"({"takeover": true})");
  EXPECT_EQ(share(ada_), "ok");
  EXPECT_TRUE(eveSees({ada_})) << lastTiles(*eve_).dump();
  EXPECT_EQ(share(bob_), "ok");
  EXPECT_TRUE(eveSees({bob_})) << lastTiles(*eve_).dump();
  EXPECT_TRUE(waitFor([&] { return wasTold(*ada_, *ada_, false); })) << "who has lost it is told";
  EXPECT_TRUE(wasTold(*eve_, *bob_, true));
}

TEST_F(SharedScreens, ASecondIsRefusedElse) {
  begin("{}");
  EXPECT_EQ(share(ada_), "ok");
  EXPECT_TRUE(eveSees({ada_})) << lastTiles(*eve_).dump();
  EXPECT_EQ(share(bob_), "error");
  const std::vector<std::string> adas = {identityOf(*ada_)};
  EXPECT_FALSE(waitFor([&] { return shown() != adas; }, 2))
      << "its media comes all the same, and is not shown";
  EXPECT_TRUE(eveSees({ada_})) << lastTiles(*eve_).dump();
}

}  // namespace
}  // namespace tributary::test
