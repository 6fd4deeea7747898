// Connections that break and rooms that die.
#include "support/test_server.h"

namespace tributary {
namespace {

using std::chrono::milliseconds;

Json typed(const char* type) {
  return Json::object({{"type", type}});
}

std::string identityOf(const Json& joined) {
  return joined["participant"]["identity"].stringOr("none");
}
std::string tokenOf(const Json& joined) {
  return joined["resumeToken"].stringOr("none");
}
std::string codeOf(const Json& reply) {
  return reply["code"].stringOr("no error");
}

class Recovery : public ServerTest {};

TEST_F(Recovery, ALostConnectionIsResumed) {
  startServer();
  TestClient first(port());
  const Json before = first.join("demo");
  first.breakOff();
  TestClient second(port());
  const Json after = second.join("demo", "Ada", tokenOf(before));
  EXPECT_EQ(identityOf(after), identityOf(before));
  EXPECT_EQ(tokenOf(after), tokenOf(before));
  EXPECT_NE(after["sessionId"].string(), before["sessionId"].string());
  EXPECT_EQ(after["resumed"].boolean(), true);
  EXPECT_EQ(second.request(typed("offer").set("sdp", "v=0"))["type"].string(), "answer");
}

TEST_F(Recovery, WhoIsRemovedWhileAwayHasNoSeatToComeBackTo) {
  startServer();
  TestClient ada(port());
  ada.join("demo");
  TestClient ben(port());
  const Json before = ben.join("demo", "Ben");
  ben.breakOff();
  waitFor("the lost connection",
          [this] { return get("/metrics").body.find("tributary_sessions 1\n") != std::string::npos; });
  const Json remove = typed("moderate").set("identity", identityOf(before)).set("remove", true);
  EXPECT_EQ(ada.request(remove)["type"].string(), "ok");
  TestClient again(port());
  const Json after = again.join("demo", "Ben", tokenOf(before));
  EXPECT_NE(identityOf(after), identityOf(before));
  EXPECT_EQ(after["resumed"].boolean(), false);
}

TEST_F(Recovery, TheSecondConnectionReplacesTheFirst) {
  startServer();
  TestClient first(port());
  const Json before = first.join("demo");
  TestClient second(port());
  EXPECT_EQ(identityOf(second.join("demo", "Ada", tokenOf(before))), identityOf(before));
  const Json leave = first.next("leave");
  EXPECT_EQ(leave["reason"].string(), "replaced");
  EXPECT_EQ(leave["action"].string(), "disconnect");
  EXPECT_EQ(first.waitForClose(), 1000);
  EXPECT_EQ(second.request(typed("update").set("handRaised", true))["type"].string(), "ok");
  EXPECT_EQ(server_->directory().participantCount(), 1u);
}

TEST_F(Recovery, AGoodbyeEndsTheToken) {
  startServer();
  TestClient stay(port());
  stay.join("demo");
  std::string token;
  std::string identity;
  {
    TestClient first(port());
    const Json joined = first.join("demo");
    token = tokenOf(joined);
    identity = identityOf(joined);
    first.close(1000);
    stay.next("participantLeft");
  }
  TestClient second(port());
  const Json joined = second.join("demo", "Ada", token);
  EXPECT_EQ(joined["type"].string(), "joined");
  EXPECT_NE(identityOf(joined), identity);
}

TEST_F(Recovery, ATokenIsGoodForItsRoomOnlyAndForItsTime) {
  config_.rooms.departureTimeout = milliseconds(50);
  startServer();
  TestClient first(port());
  const Json before = first.join("demo");
  TestClient other(port());
  EXPECT_NE(identityOf(other.join("elsewhere", "Ada", tokenOf(before))), identityOf(before));
  first.breakOff();
  waitFor("the departure", [this] { return server_->directory().participantCount() == 1; });
  TestClient late(port());
  EXPECT_NE(identityOf(late.join("demo", "Ada", tokenOf(before))), identityOf(before));
}

TEST_F(Recovery, ARoomThatDiesIsJoinedAgainOnTheSameSocket) {
  startServer();
  TestClient ada(port());
  TestClient bob(port());
  TestClient elsewhere(port());
  const Json before = ada.join("demo");
  bob.join("demo", "Bob");
  elsewhere.join("other");
  ada.request(typed("update").set("name", "Countess"));
  ada.send(typed("chat").set("text", "crash"));
  const Json leave = ada.next("leave");
  EXPECT_EQ(leave["reason"].string(), "roomFailed");
  EXPECT_EQ(leave["action"].string(), "reconnect");
  EXPECT_GT(leave["retryAfter"].numberOr(0), 0);
  EXPECT_EQ(bob.next("leave")["action"].string(), "reconnect");
  const Json after = ada.join("demo", "Ada", tokenOf(before));
  EXPECT_EQ(identityOf(after), identityOf(before));
  EXPECT_EQ(after["participant"]["name"].string(), "Countess");
  EXPECT_EQ(after["resumed"].boolean(), false);
  EXPECT_EQ(elsewhere.request(typed("update").set("handRaised", true))["type"].string(), "ok");
  EXPECT_NE(get("/metrics").body.find("tributary_room_restarts_total 1\n"), std::string::npos);
}

TEST_F(Recovery, WhatWaitsForARoomThatDiesIsAnswered) {
  startServer();
  TestClient client(port());
  client.join("demo");
  EXPECT_EQ(codeOf(client.request(typed("chat").set("text", "crash"))), "internal");
}

TEST_F(Recovery, AJoinSurvivesTheDeathOfTheProcessAndFailsInTheEnd) {
  startServer();
  TestClient client(port());
  EXPECT_EQ(codeOf(client.join("garbage")), "internal");
  EXPECT_EQ(client.join("demo")["type"].string(), "joined");
}

TEST_F(Recovery, ARoomThatHangsIsReplaced) {
  config_.rooms.heartbeatInterval = milliseconds(50);
  config_.rooms.heartbeatTimeout = milliseconds(300);
  startServer();
  TestClient client(port());
  const Json before = client.join("demo");
  client.send(typed("chat").set("text", "hang"));
  EXPECT_EQ(client.next("leave")["action"].string(), "reconnect");
  EXPECT_EQ(identityOf(client.join("demo", "Ada", tokenOf(before))), identityOf(before));
}

TEST_F(Recovery, ARoomThatIsNeverReadyTimesOut) {
  config_.rooms.readyTimeout = milliseconds(200);
  startServer();
  TestClient client(port());
  EXPECT_EQ(codeOf(client.join("never-ready")), "timeout");
}

TEST_F(Recovery, RoomsThatDoNotComeToBeAreSaidSo) {
  startServer();
  TestClient client(port());
  EXPECT_EQ(codeOf(client.join("crash-at-start")), "internal");
  const Json refused = client.join("refuse");
  EXPECT_NE(refused["message"].stringOr("").find("canvas.width"), std::string::npos);
  EXPECT_EQ(client.join("demo")["type"].string(), "joined");
  waitFor("the end of the others", [this] { return server_->directory().roomCount() == 1; });
}

TEST_F(Recovery, AnEmptyRoomIsClosedAndMayBeOpenedAgain) {
  config_.rooms.emptyTimeout = milliseconds(20);
  startServer();
  for (int round = 0; round < 3; ++round) {
    TestClient client(port());
    EXPECT_EQ(client.join("demo")["type"].string(), "joined");
    client.request(typed("leave"));
    waitFor("the room's end", [this] { return server_->directory().roomCount() == 0; });
  }
}

TEST_F(Recovery, WhoLeavesWhileJoiningLeavesNothingBehind) {
  config_.rooms.emptyTimeout = milliseconds(0);
  startServer();
  {
    TestClient client(port());
    client.send(typed("join").set("room", "never-ready"));
    waitFor("the room", [this] { return server_->directory().participantCount() == 1; });
  }
  waitFor("the seat's end", [this] { return server_->directory().participantCount() == 0; });
  waitFor("the room's end", [this] { return server_->directory().roomCount() == 0; });
}

TEST_F(Recovery, StubbornRoomsDoNotHoldUpTheShutdown) {
  config_.rooms.stopTimeout = milliseconds(100);
  startServer();
  TestClient client(port());
  client.join("slow-stop");
  const auto since = std::chrono::steady_clock::now();
  stopServer();
  EXPECT_LT(std::chrono::steady_clock::now() - since, std::chrono::seconds(5));
}

TEST_F(Recovery, ASilentSessionIsLost) {
  config_.limits.pingInterval = milliseconds(40);
  config_.limits.livenessTimeout = milliseconds(100);
  startServer();
  TestClient stay(port());
  stay.join("demo");
  // libsoup's client answers pings, which come once a second at most: beyond this test's patience.
  TestClient silent(port());
  silent.join("demo", "Bob");
  waitFor("the loss", [&] { return !silent.isOpen() || !stay.isOpen(); });
}

}  // namespace
}  // namespace tributary
