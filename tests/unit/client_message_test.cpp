#include "protocol/client_message.h"

#include <gtest/gtest.h>

#include <fstream>

#include "protocol/message_schema.h"
#include "protocol/server_message.h"

namespace tributary {
namespace {

std::string errorOf(std::string_view text) {
  const auto parsed = parseClientMessage(text);
  return parsed ? "no error" : parsed.error().message;
}

template <typename Message>
Message read(std::string_view text) {
  const auto parsed = parseClientMessage(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  if (!parsed) return {};
  const auto* message = std::get_if<Message>(&parsed->message);
  EXPECT_NE(message, nullptr);
  return message != nullptr ? *message : Message();
}

TEST(ClientMessage, HasTheSchemaThatClientsAreCheckedBy) {
  std::ifstream file(std::string(FIXTURES) + "/../../../docs/client-messages.schema.json");
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  const Json schema = clientMessageSchema();
  EXPECT_EQ(written, schema.dump(true) + "\n")
      << "write it anew: build/tributary --print-message-schema > docs/client-messages.schema.json";
  EXPECT_EQ(schema["oneOf"].size(), std::variant_size_v<ClientMessage>);
  const Json join = schema["oneOf"].at(0);
  EXPECT_EQ(join["required"].dump(), R"(["type","room"])");
  EXPECT_EQ(join["properties"]["room"]["maxLength"].integer(), 64);
}

TEST(ClientMessage, ReadsJoinWithItsId) {
  const auto parsed = parseClientMessage(
      std::string_view(R"({"type":"join","id":7,"room":"demo","name":"Ada","future":[1]})"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->id, 7);
  const auto& join = std::get<message::Join>(parsed->message);
  EXPECT_EQ(join.room, "demo");
  EXPECT_EQ(join.name, "Ada");
  EXPECT_FALSE(join.token);
}

TEST(ClientMessage, NamesAreCleaned) {
  const auto name = [](const std::string& text) {
    return read<message::Join>(Json::object({{"type", "join"}, {"room", "r"}, {"name", text}}).dump()).name;
  };
  EXPECT_EQ(name("  Ada \t Lovelace "), "Ada Lovelace");
  EXPECT_EQ(name("A\u202Eda\u2066\u200F"), "Ada");
  EXPECT_EQ(name("A\nb\x01"), "Ab");
  EXPECT_EQ(name(" \u3000 "), "Guest");
  EXPECT_EQ(name(std::string(100, 'x')).size(), 64u);
  EXPECT_EQ(name("Zoë 👩‍💻"), "Zoë 👩‍💻");
  EXPECT_EQ(read<message::Join>(R"({"type":"join","room":"r"})").name, "Guest");
  EXPECT_EQ(read<message::Join>(R"({"type":"join","room":"r","name":null})").name, "Guest");
}

TEST(ClientMessage, ErrorsNameTheFieldAndWhatIsRight) {
  EXPECT_EQ(errorOf(R"({"type":"join","room":"a b"})"),
            "join.room must be 1 to 64 characters of A–Z a–z 0–9 . _ -");
  EXPECT_EQ(errorOf(R"({"type":"join","room":".."})"), "join.room must not begin with a dot");
  EXPECT_EQ(errorOf(R"({"type":"join","room":"demo\u0000x"})"), R"(a string holds a NUL (\u0000))");
  EXPECT_EQ(errorOf(R"({"type":"chat","text":"\\\u0000"})"), R"(a string holds a NUL (\u0000))");
  EXPECT_EQ(read<message::Chat>(R"({"type":"chat","text":"\\u0000"})").text, "\\u0000");
  EXPECT_EQ(errorOf(R"({"type":"join"})"), "join.room is missing");
  EXPECT_EQ(errorOf(R"({"type":"join","room":5})"), "join.room must be a string");
  EXPECT_EQ(errorOf(R"({"type":"quality","maxHeight":12})"),
            "quality.maxHeight must be a whole number from 90 to 4320");
  EXPECT_EQ(errorOf(R"({"type":"update","audioMuted":"yes"})"), "update.audioMuted must be true or false");
  EXPECT_EQ(errorOf(R"({"type":"chat","text":"  "})"), "chat.text must be 1 to 2000 characters");
  EXPECT_EQ(errorOf(R"({"type":"ping","id":"x"})"), "id must be a whole number");
  EXPECT_EQ(errorOf("[]"), "a message must be a JSON object");
  EXPECT_NE(errorOf(R"({"type":"dance"})").find("there is no message \"dance\""), std::string::npos);
  EXPECT_NE(errorOf(R"({"type":"\u001b[31m"})").find("there is no message that"), std::string::npos);
  EXPECT_NE(errorOf("{").find("not valid JSON"), std::string::npos);
}

TEST(ClientMessage, AnErrorCanStillBearTheId) {
  EXPECT_EQ(messageId(*Json::parse(R"({"type":"nonsense","id":3})")), 3);
  EXPECT_FALSE(messageId(*Json::parse(R"({"id":3.5})")));
}

TEST(ClientMessage, ChatCountsCodePoints) {
  std::string text;
  for (int i = 0; i < 2000; ++i)
    text += "ä";
  const auto chat = [](const std::string& words) {
    return parseClientMessage(Json::object({{"type", "chat"}, {"text", words}}));
  };
  EXPECT_TRUE(chat(text));
  EXPECT_FALSE(chat(text + "ä"));
  EXPECT_EQ(read<message::Chat>(R"({"type":"chat","text":"a\nb\tc\u0007"})").text, "a\nb\tc");
}

TEST(ClientMessage, CandidatesEndWithNullOrNothing) {
  EXPECT_EQ(read<message::Candidate>(R"({"type":"candidate","candidate":null})").candidate, "");
  EXPECT_EQ(read<message::Candidate>(R"({"type":"candidate","candidate":"","sdpMid":"0"})").sdpMid, "0");
  EXPECT_EQ(
      read<message::Candidate>(R"({"type":"candidate","candidate":"x","sdpMLineIndex":1})").sdpMLineIndex, 1);
}

TEST(ClientMessage, AnOfferThatIsTooLongIsTooLarge) {
  const auto offer = parseClientMessage(Json::object({{"type", "offer"}, {"sdp", std::string(40000, 'v')}}));
  ASSERT_FALSE(offer);
  EXPECT_EQ(offer.error().code, ErrorCode::tooLarge);
}

TEST(ClientMessage, WritesWhatItReads) {
  for (const std::string_view text :
       {R"({"type":"join","room":"demo","name":"Ada","resumeToken":"abc"})",
        R"({"type":"offer","sdp":"v=0"})",
        R"({"type":"candidate","candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0})",
        R"({"type":"update","name":"Bob","audioMuted":true,"handRaised":false,"screenShared":true})",
        R"({"type":"quality","maxHeight":360,"maxFramerate":15,"maxBitrate":500000,"audioOnly":false})",
        R"({"type":"setLayout","layout":"speaker","spotlight":"p_abc"})", R"({"type":"chat","text":"hi"})",
        R"({"type":"moderate","identity":"p_abc","remove":true})", R"({"type":"startRecording"})",
        R"({"type":"stopRecording"})", R"({"type":"leave"})", R"({"type":"ping"})"}) {
    const auto first = parseClientMessage(text);
    ASSERT_TRUE(first) << text << first.error().message;
    EXPECT_EQ(toJson(first->message).dump(), text);
    EXPECT_EQ(first->message.index(), parseClientMessage(toJson(first->message))->message.index());
  }
}

TEST(ServerMessage, SaysWhatTheProtocolSays) {
  EXPECT_EQ(okMessage(4).dump(), R"({"type":"ok","replyTo":4})");
  EXPECT_EQ(pongMessage({}).dump(), R"({"type":"pong"})");
  EXPECT_EQ(errorMessage({ErrorCode::roomFull, "full"}, 1).dump(),
            R"({"type":"error","code":"roomFull","message":"full","replyTo":1})");
  EXPECT_EQ(leaveMessage({"roomFailed", LeaveAction::reconnect, std::chrono::milliseconds(250)}).dump(),
            R"({"type":"leave","reason":"roomFailed","action":"reconnect","retryAfter":0.25})");
  EXPECT_EQ(leaveActionFromString("dance"), LeaveAction::disconnect);
}

TEST(ServerMessage, AReplyDoesNotChangeTheMessageItRepeats) {
  const Json message = Json::object({{"type", "answer"}});
  EXPECT_EQ(withReplyTo(message, 9)["replyTo"].integer(), 9);
  EXPECT_FALSE(message.has("replyTo"));
}

}  // namespace
}  // namespace tributary
