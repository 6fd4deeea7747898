// Who may moderate and record, where not everybody who joins may: the real server, room and tributaryctl.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "ctl.h"
#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

class Roles : public testing::Test {
 protected:
  void SetUp() override {
    ada_ = enter("Ada");
    ben_ = enter("Ben");
    ASSERT_TRUE(waitFor([&] { return ada_->joined() && ben_->joined(); }, 60)) << server_.log();
  }

  void TearDown() override { EXPECT_TRUE(server_.complaints().empty()) << server_.complaints().front(); }

  std::shared_ptr<SignallingClient> enter(const std::string& name) {
    auto client = SignallingClient::create(server_.url());
    client->join("demo", name);
    return client;
  }

  /// The reply's type, or the code where it is an error.
  std::string ask(const std::shared_ptr<SignallingClient>& client, Json message) {
    const int64_t id = ++lastId_;
    client->send(message.set("id", id));
    EXPECT_TRUE(waitFor([&] { return !client->replyTo(id).isNull(); }, 60)) << message.dump();
    const Json reply = client->replyTo(id);
    return reply["code"].stringOr(reply["type"].stringOr(""));
  }

  static Json typed(const char* type) { return Json::object({{"type", type}}); }

  std::string identityOf(const std::string& name) {
    const auto people = Json::parse(httpGet(server_.url() + "/v1/rooms/demo/participants"));
    if (!people) return {};
    for (const auto& person : (*people)["participants"].elements()) {
      if (person["name"].stringOr("") == name) return person["identity"].stringOr("");
    }
    return {};
  }

  ServerProcess server_{R"({"rooms": {"defaultRole": "participant", "spareProcesses": 0}})"};
  std::shared_ptr<SignallingClient> ada_;
  std::shared_ptr<SignallingClient> ben_;
  int64_t lastId_ = 100;
};

TEST_F(Roles, AParticipantNeitherRecordsNorModeratesUntilMadeAModerator) {
  const std::string ada = identityOf("Ada");
  const std::string ben = identityOf("Ben");
  ASSERT_FALSE(ada.empty() || ben.empty());
  const Json grid = typed("setLayout").set("layout", "grid");
  const Json promotion = typed("moderate").set("identity", ada).set("role", "moderator");
  for (const Json& message : {typed("startRecording"), typed("stopRecording"), grid, promotion,
                              typed("moderate").set("identity", ben).set("remove", true)}) {
    EXPECT_EQ(ask(ada_, message), "forbidden") << message.dump();
  }
  // A refused promotion has not taken hold in the server, which decides who records.
  EXPECT_EQ(ask(ada_, typed("startRecording")), "forbidden");

  const CtlRun wrong = runCtl(server_.url(), {"role", "demo", ada, "emperor"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.error.find("must be moderator, participant or viewer"), std::string::npos) << wrong.error;
  EXPECT_EQ(runCtl(server_.url(), {"role", "demo", ada, "moderator"}).status, 0);
  EXPECT_EQ(ask(ada_, grid), "ok");
  EXPECT_EQ(ask(ada_, typed("startRecording")), "ok");
  EXPECT_EQ(ask(ben_, typed("stopRecording")), "forbidden");
  EXPECT_EQ(ask(ada_, typed("moderate").set("identity", ben).set("role", "moderator")), "ok");
  EXPECT_EQ(ask(ben_, typed("stopRecording")), "ok");
  EXPECT_EQ(ask(ben_, typed("moderate").set("identity", ada).set("role", "participant")), "ok");
  EXPECT_EQ(ask(ada_, grid), "forbidden");
  const bool told = waitFor(
      [&] {
        return std::ranges::any_of(ada_->messages(), [&](const Json& message) {
          return message["type"].stringOr("") == "participantUpdated" &&
                 message["participant"]["identity"].stringOr("") == ada &&
                 message["participant"]["role"].stringOr("") == "moderator";
        });
      },
      30);
  EXPECT_TRUE(told) << "of the new role";
}

/// The newest message of a type, or null.
Json newest(const SignallingClient& client, const std::string& type) {
  const auto& all = client.messages();
  const auto found = std::ranges::find(all.rbegin(), all.rend(), type,
                                       [](const Json& message) { return message["type"].stringOr(""); });
  return found != all.rend() ? *found : Json();
}

TEST_F(Roles, AViewerIsNeitherSeenNorHeard) {
  const std::string ada = identityOf("Ada");
  const auto tiles = [&] { return newest(*ben_, "layoutChanged")["tiles"].size(); };
  const auto heard = [&] { return newest(*ben_, "activeSpeakers")["identities"].dump(); };
  TestPeer::Options loud;
  loud.tone = 440;
  ada_->call(loud);
  TestPeer::Options quiet;
  quiet.tone = 0;
  ben_->call(quiet);
  ASSERT_TRUE(waitFor([&] { return ben_->peer()->toneLevel(440) > -40; }, 60));
  ASSERT_TRUE(waitFor([&] { return heard() == "[\"" + ada + "\"]"; }, 60)) << heard();
  EXPECT_EQ(runCtl(server_.url(), {"role", "demo", ada, "viewer"}).status, 0);
  EXPECT_TRUE(waitFor([&] { return tiles() == 1; }, 60)) << tiles();
  EXPECT_TRUE(waitFor([&] { return ben_->peer()->toneLevel(440) < -70; }, 60))
      << ben_->peer()->toneLevel(440);
  EXPECT_TRUE(waitFor([&] { return heard() == "[]"; }, 60)) << heard();
  EXPECT_EQ(ask(ada_, typed("update").set("screenShared", true)), "forbidden");
  EXPECT_EQ(ask(ada_, typed("update").set("audioMuted", false)), "ok") << "which changes nothing";
  EXPECT_EQ(runCtl(server_.url(), {"role", "demo", ada, "participant"}).status, 0);
  EXPECT_TRUE(waitFor([&] { return tiles() == 2 && ben_->peer()->toneLevel(440) > -40; }, 60));
}

}  // namespace
}  // namespace tributary::test
