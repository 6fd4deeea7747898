// Sessions of well- and badly-behaved clients in rooms that work.
#include "support/test_server.h"

namespace tributary {
namespace {

using std::chrono::milliseconds;

Json typed(const char* type) {
  return Json::object({{"type", type}});
}

std::string codeOf(const Json& reply) {
  return reply["code"].stringOr("no error");
}

class Signalling : public ServerTest {};

TEST_F(Signalling, AClientJoinsTalksAndLeaves) {
  config_.iceServers = {{{"turn:turn.example.org"}, "u", "c"}};
  startServer();
  TestClient client(port());
  ASSERT_TRUE(client.isOpen()) << client.handshakeError();
  const Json joined = client.join("demo");
  EXPECT_EQ(joined["type"].string(), "joined");
  EXPECT_EQ(joined["participant"]["name"].string(), "Ada");
  EXPECT_EQ(joined["participant"]["role"].string(), "moderator");
  EXPECT_EQ(joined["iceServers"].at(0)["credential"].string(), "c");
  EXPECT_EQ(joined["server"]["pingInterval"].number(), 10);
  EXPECT_EQ(joined["resumed"].boolean(), false);
  EXPECT_TRUE(joined.has("recording") && joined["recording"].isNull());
  EXPECT_EQ(client.request(typed("offer").set("sdp", "v=0"))["type"].string(), "answer");
  EXPECT_EQ(client.request(typed("update").set("audioMuted", true))["type"].string(), "ok");
  EXPECT_EQ(codeOf(client.request(typed("setLayout").set("layout", "x"))), "notFound");
  EXPECT_EQ(client.request(typed("ping"))["type"].string(), "pong");
  EXPECT_EQ(client.request(typed("leave"))["type"].string(), "ok");
  EXPECT_EQ(client.waitForClose(), 1000);
}

TEST_F(Signalling, NewRoomsAreRefusedWhileTheOthersNeedTheMachine) {
  config_.rooms.heartbeatInterval = milliseconds(50);
  startServer();
  TestClient ada(port());
  ASSERT_EQ(ada.join("busy")["type"].string(), "joined");
  TestClient ben(port());
  waitFor("the room to say how busy it is",
          [&] { return get("/metrics").body.find("\ntributary_cpu_load 0\n") == std::string::npos; });
  EXPECT_EQ(codeOf(ben.join("another")), "serverBusy");
  EXPECT_EQ(ben.join("busy")["type"].string(), "joined") << "a room that runs goes on";
  const auto refused = ask(port(), "POST", "/v1/rooms", "", R"({"name": "another"})");
  EXPECT_EQ(refused.status, 503) << refused.body;
}

TEST_F(Signalling, WhoJoinsIsToldWhatTheRoomCanDoAndSaves) {
  startServer();
  TestClient ada(port());
  const Json joined = ada.join("demo");
  EXPECT_EQ(joined["capacity"].dump(), R"({"level":1,"saved":["framerate"]})");
  EXPECT_EQ(joined["activeSpeakers"].dump(), R"(["p_who_talks"])");
  EXPECT_EQ(joined["server"]["features"]["layouts"].size(), 2u);
}

TEST_F(Signalling, ParticipantsHearEachOther) {
  startServer();
  TestClient ada(port());
  TestClient bob(port());
  ada.join("demo");
  EXPECT_EQ(bob.join("demo", "Bob")["participants"].size(), 2u);
  bob.send(typed("chat").set("text", "hello"));
  EXPECT_EQ(ada.next("chat")["text"].string(), "hello");
  bob.close(1001);
  EXPECT_EQ(ada.next("participantLeft")["reason"].string(), "left");
}

TEST_F(Signalling, RoomsAreApart) {
  startServer();
  TestClient ada(port());
  TestClient bob(port());
  ada.join("one");
  EXPECT_EQ(bob.join("two")["participants"].size(), 1u);
  bob.send(typed("chat").set("text", "hello"));
  bob.next("chat");
  EXPECT_EQ(ada.waiting("chat"), 0u);
}

TEST_F(Signalling, AModeratorRemovesSomebody) {
  startServer();
  TestClient ada(port());
  TestClient bob(port());
  ada.join("demo");
  const std::string identity = bob.join("demo", "Bob")["participant"]["identity"].stringOr("");
  ada.request(typed("moderate").set("identity", identity).set("remove", true));
  const Json leave = bob.next("leave");
  EXPECT_EQ(leave["action"].string(), "disconnect");
  EXPECT_EQ(leave["reason"].string(), "removed");
  EXPECT_EQ(bob.waitForClose(), 1000);
}

TEST_F(Signalling, MessagesOutOfPlaceAreRefused) {
  startServer();
  TestClient client(port());
  EXPECT_EQ(codeOf(client.request(typed("chat").set("text", "hi"))), "badRequest");
  EXPECT_EQ(codeOf(client.request(typed("join").set("room", "a b"))), "badRequest");
  EXPECT_EQ(codeOf(client.request(typed("dance"))), "badRequest");
  client.sendText("{nonsense");
  EXPECT_EQ(codeOf(client.next("error")), "badRequest");
  client.sendBinary();
  EXPECT_EQ(codeOf(client.next("error")), "badRequest");
  client.join("demo");
  EXPECT_EQ(codeOf(client.join("demo")), "badRequest");
  EXPECT_EQ(client.request(typed("ping"))["type"].string(), "pong");
}

TEST_F(Signalling, LongMessagesAreRefusedAndVeryLongOnesEndTheSession) {
  startServer();
  TestClient client(port());
  client.sendText(std::string(70000, ' '));
  EXPECT_EQ(codeOf(client.next("error")), "tooLarge");
  EXPECT_EQ(client.request(typed("ping"))["type"].string(), "pong");
  client.sendText(std::string(300000, ' '));
  // 1009, unless the reset of a connection with unread bytes overtakes it.
  const int code = client.waitForClose();
  EXPECT_TRUE(code == 1009 || code == 1006) << code;
}

TEST_F(Signalling, AFloodIsRefusedAndThenEnded) {
  config_.limits.messagesPerSecond = 1;
  config_.limits.messageBurst = 10;
  startServer();
  TestClient client(port());
  for (int i = 0; i < 300; ++i)
    client.sendText(R"({"type":"ping","id":1})");
  EXPECT_EQ(codeOf(client.next("error")), "rateLimited");
  EXPECT_EQ(client.waitForClose(), 1008);
}

TEST_F(Signalling, WhoFloodsLeavesNoSeatBehind) {
  config_.limits.messagesPerSecond = 1;
  config_.limits.messageBurst = 10;
  config_.limits.participantsPerRoom = 2;
  startServer();
  TestClient ada(port());
  ada.join("demo", "Ada");
  TestClient flood(port());
  const std::string identity = flood.join("demo", "Flood")["participant"]["identity"].stringOr("");
  for (int i = 0; i < 300; ++i)
    flood.sendText(R"({"type":"ping"})");
  EXPECT_EQ(flood.waitForClose(), 1008);
  EXPECT_EQ(ada.next("participantLeft")["identity"].stringOr(""), identity);
  TestClient bob(port());
  EXPECT_EQ(bob.join("demo", "Bob")["type"].string(), "joined") << "the seat is free";
}

TEST_F(Signalling, EveryFrameCountsAsAMessage) {
  config_.limits.messagesPerSecond = 1;
  config_.limits.messageBurst = 10;
  startServer();
  TestClient client(port());
  const std::string large(70'000, 'x');
  for (int i = 0; i < 250; ++i)
    client.sendText(large);
  EXPECT_EQ(codeOf(client.next("error")), "tooLarge");
  EXPECT_EQ(client.waitForClose(), 1008);
}

TEST_F(Signalling, WhoDoesNotJoinIsSentAway) {
  config_.limits.joinTimeout = milliseconds(50);
  startServer();
  TestClient client(port());
  EXPECT_EQ(codeOf(client.next("error")), "timeout");
  EXPECT_EQ(client.waitForClose(), 1008);
}

TEST_F(Signalling, LimitsHold) {
  config_.limits.rooms = 1;
  config_.limits.participantsPerRoom = 1;
  config_.limits.sessionsPerAddress = 3;
  startServer();
  TestClient ada(port());
  TestClient bob(port());
  ada.join("one");
  EXPECT_EQ(codeOf(bob.join("two")), "serverBusy");
  EXPECT_EQ(codeOf(bob.join("one")), "roomFull");
  ada.request(typed("leave"));
  EXPECT_EQ(bob.join("one")["type"].string(), "joined");
  TestClient third(port());
  TestClient fourth(port());
  EXPECT_TRUE(third.isOpen());
  ada.waitForClose();
  EXPECT_FALSE(TestClient(port()).isOpen() && TestClient(port()).isOpen() && fourth.isOpen());
}

TEST_F(Signalling, OnlyItsOwnPagesMayConnect) {
  startServer();
  const std::string own = "http://127.0.0.1:" + std::to_string(port());
  EXPECT_TRUE(TestClient(port(), own).isOpen());
  EXPECT_FALSE(TestClient(port(), "https://evil.example").isOpen());
  EXPECT_FALSE(TestClient(port(), "", nullptr).isOpen());
  EXPECT_FALSE(TestClient(port(), "", "other.v1").isOpen());
}

TEST_F(Signalling, ARequestTheRoomDoesNotAnswerTimesOut) {
  config_.rooms.requestTimeout = milliseconds(100);
  startServer();
  TestClient client(port());
  client.join("demo");
  EXPECT_EQ(codeOf(client.request(typed("chat").set("text", "silence"))), "timeout");
}

TEST_F(Signalling, ARoomsNonsenseStaysBetweenItAndUs) {
  startServer();
  TestClient client(port());
  EXPECT_EQ(client.join("strangers")["type"].string(), "joined");
  EXPECT_EQ(codeOf(client.request(typed("chat").set("text", "nonsense"))), "internal");
  EXPECT_EQ(client.request(typed("ping"))["type"].string(), "pong");
}

TEST_F(Signalling, ManyMessagesGetOneReplyEach) {
  startServer();
  TestClient client(port());
  client.join("demo");
  for (int i = 100; i < 150; ++i)
    client.send(typed("update").set("handRaised", true).set("id", i));
  waitFor("the replies", [&client] { return client.waiting("ok") == 50; });
  client.request(typed("ping"));
  EXPECT_EQ(client.waiting("ok"), 50u);
}

TEST_F(Signalling, ShuttingDownSaysGoodbye) {
  startServer();
  TestClient ada(port());
  TestClient idle(port());
  ada.join("demo");
  stopServer();
  EXPECT_EQ(ada.next("leave")["reason"].string(), "serverShutdown");
  EXPECT_EQ(ada.waitForClose(), 1001);
  EXPECT_EQ(idle.waitForClose(), 1001);
}

}  // namespace
}  // namespace tributary
