// Layouts of the admin's own, which every profile has.
#include <fstream>
#include <iterator>

#include "ctl/command.h"
#include "ctl/output.h"

namespace tributary::ctl {
namespace {

std::string layoutPath(const std::string& name, const std::string& rest = {}) {
  return "/v1/layouts/" + segment(name) + rest;
}

Result<void> listLayouts(const Invocation& call) {
  const auto answer = call.api.json("GET", "/v1/layouts");
  if (!answer) return tl::unexpected(answer.error());
  if (call.json) {
    printJson(*answer);
    return {};
  }
  Table table({"NAME", "BUILT IN", "STAGE", "OVERLAPS", "MISTAKES"});
  const auto yes = [](const Json& flag) { return std::string(flag.booleanOr(false) ? "yes" : "no"); };
  for (const auto& layout : (*answer)["layouts"].elements()) {
    const Json mistakes = layout["mistakes"];
    table.add({plain(layout["name"]), yes(layout["builtIn"]), yes(layout["hasStage"]),
               yes(layout["overlaps"]), mistakes.size() > 0 ? plain(mistakes.at(0)) : "-"});
  }
  print(table.text());
  return {};
}

Result<void> show(const Invocation& call) {
  const auto answer = call.api.json("GET", layoutPath(call.arguments[0]));
  if (!answer) return tl::unexpected(answer.error());
  // What `layouts save` takes back.
  printJson(call.json || !answer->has("sets") ? *answer : Json::object({{"sets", (*answer)["sets"]}}));
  return {};
}

Result<void> save(const Invocation& call) {
  std::ifstream file(call.arguments[1], std::ios::binary);
  if (!file) return fail(ErrorCode::notFound, call.arguments[1] + " cannot be read");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto json = Json::parse(text);
  if (!json) return fail(ErrorCode::badRequest, call.arguments[1] + ": $: " + json.error().message);
  const auto answer = call.api.json("PUT", layoutPath(call.arguments[0]), *json);
  if (!answer) return tl::unexpected(answer.error());
  if (call.json) printJson(*answer);
  return {};
}

Result<void> removeLayout(const Invocation& call) {
  const auto answer = call.api.call("DELETE", layoutPath(call.arguments[0]));
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

Result<void> previewLayout(const Invocation& call) {
  std::string query = "/preview.svg?people=" + (call.has("people") ? segment(call.option("people")) : "5");
  if (call.has("screens")) query += "&screens=" + segment(call.option("screens"));
  const auto svg = call.api.call("GET", layoutPath(call.arguments[0], query));
  if (!svg) return tl::unexpected(svg.error());
  return writeFile(call.has("output") ? call.option("output") : call.arguments[0] + ".svg", *svg);
}

}  // namespace

std::vector<Command> layoutCommands() {
  // The one word last: it is the beginning of the others.
  return {
      {"layouts show", "NAME", "print a layout as JSON", 1, 1, {}, show},
      {"layouts save", "NAME FILE", "check a layout of your own and give it to all rooms", 2, 2, {}, save},
      {"layouts remove", "NAME", "take a layout of your own away", 1, 1, {}, removeLayout},
      {"layouts preview",
       "NAME",
       "draw where a layout has whom, as SVG",
       1,
       1,
       {{"output", 'o', "default: NAME.svg; - is standard output", "FILE"},
        {"people", 'n', "how many; default: 5", "N"},
        {"screens", 0, "how many share a screen; default: 0", "N"}},
       previewLayout},
      {"layouts", "", "list the layouts that every room has", 0, 0, {}, listLayouts}};
}

}  // namespace tributary::ctl
