#include <algorithm>
#include <charconv>

#include "config/layout_files.h"
#include "server/admin_api.h"

namespace tributary {
namespace {

using http::Call;

Json entryOf(const LayoutKind& kind) {
  return Json::object(
      {{"name", kind.name}, {"overlaps", kind.overlaps}, {"hasStage", kind.hasStage}, {"builtIn", true}});
}

Json entryOf(const SharedLayout& layout) {
  bool overlaps = false;
  bool hasStage = false;
  for (const auto& set : layout.json["sets"].elements()) {
    for (const auto& region : set["regions"].elements()) {
      const std::string role = region["role"].stringOr("");
      overlaps = overlaps || region["z"].integerOr(0) != 0;
      hasStage = hasStage || role == "talker" || role == "spotlight";
    }
  }
  Json mistakes = Json::array();
  for (const auto& mistake : layout.mistakes)
    mistakes.push(mistake);
  return Json::object({{"name", layout.name},
                       {"overlaps", overlaps},
                       {"hasStage", hasStage},
                       {"builtIn", false},
                       {"valid", layout.mistakes.empty()},
                       {"mistakes", mistakes}});
}

std::optional<SharedLayout> sharedNamed(const std::string& profiles, const std::string& name) {
  for (auto& layout : sharedLayouts(profiles)) {
    if (layout.name == name) return std::move(layout);
  }
  return std::nullopt;
}

Error noSuchLayout(const std::string& name) {
  return {ErrorCode::notFound, "there is no layout " + name + "; GET /v1/layouts lists those there are"};
}

void list(const std::shared_ptr<Call>& call, const ProfileStore& profiles) {
  Json out = Json::array();
  for (const auto name : layoutNames()) {
    if (name != "custom") out.push(entryOf(*findLayout(name)));  // its regions have another name
  }
  for (const auto& layout : sharedLayouts(profiles.directory()))
    out.push(entryOf(layout));
  call->reply(200, Json::object({{"layouts", out}}));
}

void show(const std::shared_ptr<Call>& call, const ProfileStore& profiles) {
  const std::string name = call->parameter("layout");
  if (const LayoutKind* kind = findLayout(name); kind != nullptr && name != "custom")
    return call->reply(200, entryOf(*kind));
  const auto shared = sharedNamed(profiles.directory(), name);
  if (!shared) return call->fail(noSuchLayout(name));
  Json out = entryOf(*shared);
  call->reply(200, out.set("sets", shared->json["sets"]));
}

void save(const std::shared_ptr<Call>& call, ProfileStore& profiles) {
  const std::string name = call->parameter("layout");
  const auto body = call->json();
  if (!body) return call->fail(body.error());
  if (!isProfileName(name)) {
    return call->fail(
        {ErrorCode::badRequest, "a layout's name has 1 to 64 letters, digits, - or _, not " + name});
  }
  const auto saved = saveLayout(profiles.directory(), name, *body);
  if (!saved) return call->fail(saved.error());
  profiles.reload();
  Json out = entryOf(*sharedNamed(profiles.directory(), name));
  call->setHeader("Location", "/v1/layouts/" + name);
  call->reply(*saved ? 201 : 200, out.set("sets", (*body)["sets"]));
}

/// The profile that needs this shared layout; empty: none.
std::string neededBy(const ProfileStore& profiles, const SharedLayout& layout) {
  for (const auto& entry : profiles.list()) {
    const auto profile = profiles.get(entry.name);
    if (!profile || (*profile)["layouts"][layout.name].dump() != layout.json.dump()) continue;
    const Json wish = (*profile)["layout"];
    const auto allowed = wish["allowed"].elements();
    const bool needs =
        wish["name"].stringOr("") == layout.name || wish["whenScreen"].stringOr("") == layout.name ||
        std::ranges::any_of(allowed, [&](const Json& one) { return one.stringOr("") == layout.name; });
    if (needs) return entry.name;
  }
  return "";
}

void remove(const std::shared_ptr<Call>& call, ProfileStore& profiles) {
  const std::string name = call->parameter("layout");
  if (findLayout(name) != nullptr)
    return call->fail({ErrorCode::conflict, name + " is a built-in layout, which cannot be removed"});
  const auto shared = sharedNamed(profiles.directory(), name);
  if (!shared) return call->fail(noSuchLayout(name));
  if (const auto profile = neededBy(profiles, *shared); !profile.empty()) {
    return call->fail(
        {ErrorCode::conflict, "the profile " + profile + " uses it; choose another layout there first"});
  }
  const auto removed = removeLayout(profiles.directory(), name);
  if (!removed) return call->fail(removed.error());
  profiles.reload();
  call->replyEmpty();
}

/// A number of the query, or the standard; nullopt: it is none.
std::optional<int> numberIn(const Call& call, const char* key, int standard, int least, int most) {
  const std::string text = call.query(key);
  if (text.empty()) return standard;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    return std::nullopt;
  return value;
}

std::string svgOf(const std::vector<Tile>& tiles, const LayoutInput& input) {
  const auto attribute = [](const char* name, int value) {
    return std::string(" ") + name + "=\"" + std::to_string(value) + "\"";
  };
  const std::string size = std::to_string(input.width) + " " + std::to_string(input.height);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size +
                    "\" font-family=\"sans-serif\" text-anchor=\"middle\">\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"#101418\"/>\n";
  for (const auto& tile : tiles) {
    const Rect& r = tile.rect;
    const bool screen = tile.source == Source::screen;
    const bool talks = !screen && tile.identity == input.talker;
    out += "<g><rect" + attribute("x", r.x) + attribute("y", r.y) + attribute("width", r.width) +
           attribute("height", r.height) + " fill=\"" + (screen ? "#2b3f5c" : "#2a313a") + "\" stroke=\"" +
           (talks ? "#3ecf8e" : "#101418") + "\" stroke-width=\"4\"/><text" +
           attribute("x", r.x + r.width / 2) + attribute("y", r.y + r.height / 2) +
           attribute("font-size", std::clamp(r.height / 6, 10, 48)) + " fill=\"#ffffff\">" +
           (screen ? "screen of " : "") + tile.identity + (talks ? ", talking" : "") + "</text></g>\n";
  }
  return out + "</svg>\n";
}

/// People are called 1, 2, …; the second talks, screens are those of the first ones.
void preview(const std::shared_ptr<Call>& call, const ProfileStore& profiles) {
  const std::string name = call->parameter("layout");
  const auto people = numberIn(*call, "people", 5, 0, 100);
  const auto screens = numberIn(*call, "screens", 0, 0, 4);
  if (!people || !screens || *screens > *people) {
    return call->fail({ErrorCode::badRequest,
                       "people must be 0 to 100, and screens 0 to 4 and no more than there are people"});
  }
  LayoutInput input;
  for (int i = 1; i <= *people; ++i)
    input.sources.push_back({std::to_string(i)});
  for (int i = 1; i <= *screens; ++i)
    input.sources.push_back({std::to_string(i), Source::screen});
  if (*people > 1) input.talker = "2";
  const LayoutKind* kind = name != "custom" ? findLayout(name) : nullptr;
  if (kind == nullptr) {
    const auto shared = sharedNamed(profiles.directory(), name);
    if (!shared) return call->fail(noSuchLayout(name));
    const auto regions = parseLayout(name, shared->json);
    if (!regions) return call->fail(regions.error());
    input.regions = *regions;
    kind = findLayout("custom");
  }
  call->reply(200, "image/svg+xml", svgOf(kind->place(input), input));
}

}  // namespace

void addLayoutRoutes(ApiRoutes& routes, ApiContext context) {
  ProfileStore& profiles = context.profiles;
  const std::string layout = "/v1/layouts/{layout}";
  routes.get("/v1/layouts", Grant::roomList, [&profiles](const auto& call) { list(call, profiles); });
  routes.get(layout, Grant::roomList, [&profiles](const auto& call) { show(call, profiles); });
  routes.put(layout, Grant::server, [&profiles](const auto& call) { save(call, profiles); });
  routes.remove(layout, Grant::server, [&profiles](const auto& call) { remove(call, profiles); });
  routes.get(layout + "/preview.svg", Grant::roomList,
             [&profiles](const auto& call) { preview(call, profiles); });
}

}  // namespace tributary
