#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "glib/json.h"

namespace tributary {

/// What clients say (docs/protocol.md, "Client → server"). Every value has passed its rule in
/// client_fields.h: lengths, alphabets and ranges hold.
namespace message {

struct Join {
  static constexpr std::string_view type = "join";
  std::string room;
  std::string name = "Guest";
  std::optional<std::string> token;
  std::optional<std::string> resumeToken;
};

struct Offer {
  static constexpr std::string_view type = "offer";
  std::string sdp;
};

/// An empty `candidate` ends the list.
struct Candidate {
  static constexpr std::string_view type = "candidate";
  std::string candidate;
  std::optional<std::string> sdpMid;
  std::optional<int> sdpMLineIndex;
};

struct Update {
  static constexpr std::string_view type = "update";
  std::optional<std::string> name;
  std::optional<bool> audioMuted;
  std::optional<bool> videoMuted;
  std::optional<bool> handRaised;
  std::optional<bool> screenShared;
};

/// What the client can take; absent is "no limit of mine".
struct Quality {
  static constexpr std::string_view type = "quality";
  std::optional<int> maxHeight;     ///< lines
  std::optional<int> maxFramerate;  ///< frames a second
  std::optional<int> maxBitrate;    ///< bits a second
  std::optional<bool> audioOnly;
};

struct SetLayout {
  static constexpr std::string_view type = "setLayout";
  std::string layout;
  std::optional<std::string> spotlight;  ///< an identity
};

struct Chat {
  static constexpr std::string_view type = "chat";
  std::string text;
};

struct Moderate {
  static constexpr std::string_view type = "moderate";
  std::string identity;
  std::optional<std::string> name;
  std::optional<std::string> role;
  std::optional<bool> audioMuted;
  std::optional<bool> videoMuted;
  std::optional<bool> screenShared;  ///< false ends their share; true is refused
  std::optional<bool> remove;
};

struct StartRecording {
  static constexpr std::string_view type = "startRecording";
};

struct StopRecording {
  static constexpr std::string_view type = "stopRecording";
};

struct Leave {
  static constexpr std::string_view type = "leave";
};

struct Ping {
  static constexpr std::string_view type = "ping";
};

}  // namespace message

/// The table of messages: a new one is a struct above, a line here and its `fields()` in
/// client_fields.h (docs/guides/add-a-message.md).
using ClientMessage = std::variant<message::Join,            //
                                   message::Offer,           //
                                   message::Candidate,       //
                                   message::Update,          //
                                   message::Quality,         //
                                   message::SetLayout,       //
                                   message::Chat,            //
                                   message::Moderate,        //
                                   message::StartRecording,  //
                                   message::StopRecording,   //
                                   message::Leave,           //
                                   message::Ping>;

struct ParsedMessage {
  ClientMessage message;
  std::optional<int64_t> id;  ///< the client's number, to be repeated as `replyTo`
};

/// Reads and checks one message; unknown fields are ignored, a null reads as absent. Errors (badRequest,
/// tooLarge) name the field and say what would be right. Pure.
Result<ParsedMessage> parseClientMessage(std::string_view text);
Result<ParsedMessage> parseClientMessage(const Json& json);

/// The `id` of a message that may be wrong otherwise, so that its error can bear `replyTo`.
std::optional<int64_t> messageId(const Json& json);

/// The message as its rules left it (names trimmed …), without an id: what goes to the room process.
Json toJson(const ClientMessage& message);

/// "join", "offer", …
std::string_view typeName(const ClientMessage& message);

}  // namespace tributary
