#include "ctl/command.h"
#include "ctl/output.h"

namespace tributary::ctl {
namespace {

std::string size(const Json& video) {
  if (video.isNull()) return "-";
  return plain(video["width"]) + "x" + plain(video["height"]) + "@" + plain(video["framerate"]);
}

Result<void> showRooms(const Invocation& call) {
  const auto answer = call.api.json("GET", "/v1/rooms");
  if (!answer) return tl::unexpected(answer.error());
  if (call.json) {
    printJson(*answer);
    return {};
  }
  Table table({"ROOM", "PEOPLE", "MAX", "LAYOUT", "PICTURE", "PROFILE", "SINCE"});
  for (const auto& room : (*answer)["rooms"].elements()) {
    table.add({plain(room["name"]), plain(room["participants"]), plain(room["maxParticipants"]),
               plain(room["layout"]), size(room["video"]), plain(room["profile"]), plain(room["createdAt"])});
  }
  print(table.text());
  return {};
}

Result<void> createRoom(const Invocation& call) {
  Json body = Json::object({{"name", call.arguments[0]}});
  for (const char* key : {"profile", "layout", "metadata"}) {
    if (call.has(key)) body.set(key, call.option(key));
  }
  if (call.has("max")) {
    gint64 most = 0;
    if (!g_ascii_string_to_signed(call.option("max").c_str(), 10, 1, 100000, &most, nullptr)) {
      return fail(ErrorCode::badRequest, "--max must be a whole number");
    }
    body.set("maxParticipants", static_cast<int64_t>(most));
  }
  const auto room = call.api.json("POST", "/v1/rooms", body);
  if (!room) return tl::unexpected(room.error());
  if (call.json) printJson(*room);
  return {};
}

Result<void> closeRoom(const Invocation& call) {
  const auto closed = call.api.json("DELETE", roomPath(call.arguments[0]));
  if (!closed) return tl::unexpected(closed.error());
  return {};
}

std::string labels(const Json& object) {
  std::string out;
  for (const auto& key : object.keys())
    out += (out.empty() ? "" : " ") + key + "=" + plain(object[key]);
  return out;
}

Result<void> showStats(const Invocation& call) {
  const auto stats = call.api.json("GET", roomPath(call.arguments[0], "/stats"));
  if (!stats) return tl::unexpected(stats.error());
  if (call.json) {
    printJson(*stats);
    return {};
  }
  Table table({"METRIC", "VALUE", "OF"});
  for (const auto& metric : (*stats)["metrics"].elements()) {
    const bool histogram = metric["type"].string() == "histogram";
    table.add(
        {plain(metric["name"]), plain(metric[histogram ? "count" : "value"]), labels(metric["labels"])});
  }
  for (const auto& key : (*stats)["process"].keys())
    table.add({"process." + key, plain((*stats)["process"][key]), ""});
  print(table.text());
  return {};
}

}  // namespace

std::vector<Command> roomCommands() {
  return {{"rooms", "", "list the rooms", 0, 0, {}, showRooms},
          {"create",
           "ROOM",
           "open a room",
           1,
           1,
           {{"profile", 'p', "pipeline profile", "NAME"},
            {"layout", 'l', "layout, in place of the profile's", "NAME"},
            {"max", 'm', "how many people may be in it", "NUMBER"},
            {"metadata", 0, "text of your own", "TEXT"}},
           createRoom},
          {"close", "ROOM", "send everybody home and close a room", 1, 1, {}, closeRoom},
          {"stats", "ROOM", "show a room's figures", 1, 1, {}, showStats}};
}

}  // namespace tributary::ctl
