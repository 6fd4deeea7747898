#include "ctl/command.h"
#include "ctl/output.h"

namespace tributary::ctl {
namespace {

std::string personPath(const Invocation& call) {
  return roomPath(call.arguments[0], "/participants/" + segment(call.arguments[1]));
}

Result<void> showParticipants(const Invocation& call) {
  const auto answer = call.api.json("GET", roomPath(call.arguments[0], "/participants"));
  if (!answer) return tl::unexpected(answer.error());
  if (call.json) {
    printJson(*answer);
    return {};
  }
  Table table({"IDENTITY", "NAME", "ROLE", "MUTED", "CAMERA OFF", "SCREEN", "SINCE"});
  for (const auto& person : (*answer)["participants"].elements()) {
    table.add({plain(person["identity"]), plain(person["name"]), plain(person["role"]),
               plain(person["audioMuted"]), plain(person["videoMuted"]), plain(person["screenShared"]),
               plain(person["joinedAt"])});
  }
  print(table.text());
  return {};
}

Result<void> changePerson(const Invocation& call, const Json& change) {
  const auto person = call.api.json("PATCH", personPath(call), change);
  if (!person) return tl::unexpected(person.error());
  if (call.json) printJson(*person);
  return {};
}

Result<void> mute(const Invocation& call) {
  const bool muted = !call.has("off");
  Json body = Json::object();
  if (!call.has("video") || call.has("audio")) body.set("audioMuted", muted);
  if (call.has("video")) body.set("videoMuted", muted);
  return changePerson(call, body);
}

Result<void> renamePerson(const Invocation& call) {
  return changePerson(call, Json::object({{"name", call.arguments[2]}}));
}

Result<void> setRole(const Invocation& call) {
  return changePerson(call, Json::object({{"role", call.arguments[2]}}));
}

Result<void> removePerson(const Invocation& call) {
  const auto removed = call.api.json("DELETE", personPath(call));
  if (!removed) return tl::unexpected(removed.error());
  return {};
}

}  // namespace

std::vector<Command> participantCommands() {
  return {{"participants", "ROOM", "list who is in a room", 1, 1, {}, showParticipants},
          {"mute",
           "ROOM IDENTITY",
           "mute somebody's microphone",
           2,
           2,
           {{"video", 'v', "the camera"},
            {"audio", 'a', "the microphone (with --video: both)"},
            {"off", 0, "end the mute"}},
           mute},
          {"rename", "ROOM IDENTITY NAME", "give somebody another name", 3, 3, {}, renamePerson},
          {"role",
           "ROOM IDENTITY ROLE",
           "make somebody a moderator, a participant or a viewer",
           3,
           3,
           {},
           setRole},
          {"remove", "ROOM IDENTITY", "send somebody out of a room", 2, 2, {}, removePerson}};
}

}  // namespace tributary::ctl
