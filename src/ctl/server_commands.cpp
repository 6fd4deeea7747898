#include "ctl/command.h"
#include "ctl/output.h"

namespace tributary::ctl {
namespace {

Result<void> drain(const Invocation& call) {
  const auto answer =
      call.api.json("POST", "/v1/server/drain", Json::object({{"draining", !call.has("off")}}));
  if (!answer) return tl::unexpected(answer.error());
  if (call.json) {
    printJson(*answer);
    return {};
  }
  print(std::string(call.has("off") ? "takes new rooms again" : "takes no new rooms") + "; there are " +
        plain((*answer)["rooms"]) + " rooms with " + plain((*answer)["participants"]) + " people\n");
  return {};
}

Result<void> profiles(const Invocation& call) {
  const auto answer = call.api.json("GET", "/v1/profiles");
  if (!answer) return tl::unexpected(answer.error());
  if (call.json) {
    printJson(*answer);
    return {};
  }
  Table table({"PROFILE", "VALID", "MISTAKE"});
  for (const auto& profile : (*answer)["profiles"].elements()) {
    std::string name = plain(profile["name"]);
    std::string valid = plain(profile["valid"]);
    if (profile["mistakes"].size() == 0) table.add({name, valid, ""});
    for (const auto& mistake : profile["mistakes"].elements()) {
      table.add({name, valid, plain(mistake["path"]) + ": " + plain(mistake["message"])});
      name = valid = "";
    }
  }
  print(table.text());
  return {};
}

}  // namespace

std::vector<Command> serverCommands() {
  return {
      {"profiles", "", "list the server's profiles, and what is wrong with them", 0, 0, {}, profiles},
      {"drain", "", "let the server take no new rooms", 0, 0, {{"off", 0, "take new rooms again"}}, drain}};
}

}  // namespace tributary::ctl
