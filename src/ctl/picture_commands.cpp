#include <cmath>

#include "ctl/command.h"
#include "ctl/output.h"

namespace tributary::ctl {
namespace {

std::string percent(const Json& ratio) {
  return std::to_string(std::lround(ratio.numberOr(0) * 100)) + "%";
}

Result<void> layout(const Invocation& call) {
  const std::string path = roomPath(call.arguments[0], "/layout");
  Json body;
  if (call.arguments.size() > 1) {
    body = Json::object({{"layout", call.arguments[1]}});
    if (call.has("spotlight")) body.set("spotlight", call.option("spotlight"));
  } else if (call.has("spotlight")) {
    return fail(ErrorCode::badRequest,
                "--spotlight needs the layout's name: layout ROOM NAME --spotlight IDENTITY");
  }
  const auto answer = call.api.json(body.isNull() ? "GET" : "PUT", path, body);
  if (!answer) return tl::unexpected(answer.error());
  if (call.json) {
    printJson(*answer);
    return {};
  }
  print("layout " + plain((*answer)["layout"]) + ", canvas " + plain((*answer)["canvas"]["width"]) + "x" +
        plain((*answer)["canvas"]["height"]) + "\n");
  Table table({"IDENTITY", "SOURCE", "LEFT", "TOP", "WIDTH", "HEIGHT"});
  for (const auto& tile : (*answer)["tiles"].elements()) {
    table.add({plain(tile["identity"]), plain(tile["source"]), percent(tile["left"]), percent(tile["top"]),
               percent(tile["width"]), percent(tile["height"])});
  }
  print(table.text());
  return {};
}

Result<void> save(const Invocation& call, const std::string& path, const std::string& fallback) {
  const auto bytes = call.api.call("GET", path);
  if (!bytes) return tl::unexpected(bytes.error());
  return writeFile(call.has("output") ? call.option("output") : fallback, *bytes);
}

Result<void> snapshot(const Invocation& call) {
  return save(call, roomPath(call.arguments[0], "/snapshot.jpg"), call.arguments[0] + ".jpg");
}

Result<void> graph(const Invocation& call) {
  const std::string output = call.has("output") ? call.option("output") : call.arguments[0] + ".svg";
  std::string query = call.has("full") ? "?detail=full" : "?detail=overview";
  if (call.has("participant")) query += "&participant=" + segment(call.option("participant"));
  const char* kind = output.ends_with(".dot") ? "/pipeline.dot" : "/pipeline.svg";
  return save(call, roomPath(call.arguments[0], kind + query), output);
}

}  // namespace

std::vector<Command> pictureCommands() {
  return {{"layout",
           "ROOM [NAME]",
           "show who is where, or choose a layout",
           1,
           2,
           {{"spotlight", 's', "who is put up", "IDENTITY"}},
           layout},
          {"snapshot",
           "ROOM",
           "save the mixed picture as JPEG",
           1,
           1,
           {{"output", 'o', "default: ROOM.jpg; - is standard output", "FILE"}},
           snapshot},
          {"graph",
           "ROOM",
           "save a drawing of the media pipelines",
           1,
           1,
           {{"output", 'o', "default: ROOM.svg; FILE.dot is Graphviz's text", "FILE"},
            {"full", 0, "webrtcbin's inside too"},
            {"participant", 0, "that one's pipeline alone", "IDENTITY"}},
           graph}};
}

}  // namespace tributary::ctl
