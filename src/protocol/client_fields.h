#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/client_message.h"
#include "protocol/text_rules.h"

/// What each message bears, told to whoever visits: client_message.cpp reads and writes by it,
/// message_schema.cpp describes it. Optional members may be absent. For these two alone.
namespace tributary::message {

using TextRule = Result<std::string> (*)(std::string_view);

struct Range {
  int64_t least;
  int64_t most;
};

template <typename Visitor>
void fields(Visitor& visit, Join& join) {
  visit("room", join.room, text::roomName);
  std::optional<std::string> name = join.name;
  visit("name", name, text::displayName);
  join.name = name.value_or("Guest");
  visit("token", join.token, text::token);
  visit("resumeToken", join.resumeToken, text::token);
}

template <typename Visitor>
void fields(Visitor& visit, Offer& offer) {
  visit("sdp", offer.sdp, text::sdp);
}

template <typename Visitor>
void fields(Visitor& visit, Candidate& candidate) {
  std::optional<std::string> line = candidate.candidate;
  visit("candidate", line, text::candidateLine);
  candidate.candidate = line.value_or("");
  visit("sdpMid", candidate.sdpMid, text::mediaId);
  visit("sdpMLineIndex", candidate.sdpMLineIndex, Range{0, 15});
}

template <typename Visitor>
void fields(Visitor& visit, Update& update) {
  visit("name", update.name, text::displayName);
  visit("audioMuted", update.audioMuted);
  visit("videoMuted", update.videoMuted);
  visit("handRaised", update.handRaised);
  visit("screenShared", update.screenShared);
}

template <typename Visitor>
void fields(Visitor& visit, Quality& quality) {
  visit("maxHeight", quality.maxHeight, Range{90, 4320});
  visit("maxFramerate", quality.maxFramerate, Range{1, 120});
  visit("maxBitrate", quality.maxBitrate, Range{30'000, 100'000'000});
  visit("audioOnly", quality.audioOnly);
}

template <typename Visitor>
void fields(Visitor& visit, SetLayout& set) {
  visit("layout", set.layout, text::plainName);
  visit("spotlight", set.spotlight, text::plainName);
}

template <typename Visitor>
void fields(Visitor& visit, Chat& chat) {
  visit("text", chat.text, text::chatText);
}

template <typename Visitor>
void fields(Visitor& visit, Moderate& moderate) {
  visit("identity", moderate.identity, text::plainName);
  visit("name", moderate.name, text::displayName);
  visit("role", moderate.role, text::role);
  visit("audioMuted", moderate.audioMuted);
  visit("videoMuted", moderate.videoMuted);
  visit("screenShared", moderate.screenShared);
  visit("remove", moderate.remove);
}

template <typename Visitor, typename Message>
void fields(Visitor&, Message&) {}  // messages that bear nothing

}  // namespace tributary::message
