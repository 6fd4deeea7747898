// Profiles, layouts and what extends what, from anybody: no crash, and every line of a refusal names a path.
// An object with `sets` is read as a layout's file, one with `files` as a folder of them, by name; all else
// as a profile.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/layout_files.h"
#include "config/profile_files.h"

using namespace tributary;

namespace {

namespace fs = std::filesystem;

constexpr size_t mostFiles = 12;  // more than may extend one another

void require(bool right) {
  if (!right) std::abort();
}

/// `$.path: what would be right`, with nothing that could break the line or steer a terminal.
bool namesPath(const std::string& line) {
  const bool control = std::any_of(line.begin(), line.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return line.starts_with("$") && line.find(": ") != std::string::npos && !control;
}

void requirePaths(const std::string& mistakes) {
  require(!lines(mistakes).empty());
  for (const auto& line : lines(mistakes))
    require(namesPath(line));
}

LayoutInput inputOf(const PipelineProfile& profile, int people, int screens) {
  LayoutInput input;
  input.width = profile.canvas.width;
  input.height = profile.canvas.height;
  input.gap = profile.layout.gap;
  input.maxTiles = profile.layout.maxTiles;
  input.keepAspect = people % 2 == 1;
  for (int i = 0; i < people; ++i)
    input.sources.push_back({"p" + std::to_string(i), Source::camera, i != 5});
  for (int i = 0; i < screens; ++i)
    input.sources.push_back({"p" + std::to_string(3 * i), Source::screen});
  if (people > 2) input.talker = "p2";
  if (people > 20) input.spotlight = "p20";
  return input;
}

void place(const LayoutKind& kind, const LayoutInput& input) {
  const auto tiles = kind.place(input);
  require(tiles.size() <= static_cast<size_t>(input.maxTiles));
  for (const auto& tile : tiles) {
    const Rect& r = tile.rect;
    require(r.x >= 0 && r.y >= 0 && r.width >= 2 && r.height >= 2);
    require(r.x + r.width <= input.width && r.y + r.height <= input.height);
    require((r.x | r.y | r.width | r.height) % 2 == 0);
  }
}

/// What is accepted is drawn: every layout with few, some and many people, and screens.
void placeAll(const PipelineProfile& profile) {
  for (const int people : {0, 1, 2, 12, 100}) {
    LayoutInput input = inputOf(profile, people, people % 4);
    for (const auto name : layoutNames())
      place(*findLayout(name), input);
    for (const auto& [name, layout] : profile.layouts) {
      input.regions = layout.sets;
      place(*findLayout("custom"), input);
    }
  }
}

void readAlone(const Json& json) {
  const auto profile = parsePipelineProfile(json);
  if (!profile) return requirePaths(profile.error().message);
  require(profile->canvas.width % 2 == 0 && !profile->renditions.empty());
  placeAll(*profile);
}

void readLayoutFile(const Json& json) {
  const auto sets = parseLayout("wall", json);
  if (!sets) return requirePaths(sets.error().message);
  PipelineProfile profile;
  profile.layouts["wall"].sets = *sets;
  placeAll(profile);
}

/// One folder for the whole run.
const fs::path& folder() {
  static const fs::path& made = *new fs::path([] {
    char name[] = "/tmp/tributary-fuzz-XXXXXX";
    require(mkdtemp(name) != nullptr);
    std::atexit([] {
      std::error_code ignored;
      fs::remove_all(folder(), ignored);
    });
    return fs::path(name);
  }());
  return made;
}

void readFolder(const Json& files) {
  fs::create_directories(folder() / "layouts");
  std::vector<std::string> names;
  for (const auto& name : files.keys()) {
    const bool shared = name.starts_with("layouts/");
    if (!isProfileName(shared ? name.substr(8) : name) || names.size() >= mostFiles) continue;
    const Json file = files[name];
    std::ofstream(folder() / (name + ".json")) << file.string().value_or(file.dump());
    names.push_back(name);
  }
  for (const auto& name : profileNames(folder().string())) {
    const auto read = readProfile(folder().string(), name);
    for (const auto& mistake : read.mistakes) {
      const size_t at = mistake.find(".json: ");
      require(at != std::string::npos && isProfileName(mistake.substr(0, at)));
      require(namesPath(mistake.substr(at + 7)));
    }
    if (read.mistakes.empty()) placeAll(read.loaded.profile);
  }
  for (const auto& name : names)
    fs::remove(folder() / (name + ".json"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto json = Json::parse({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  if (json->has("files")) {
    readFolder((*json)["files"]);
  } else if (json->has("sets")) {
    readLayoutFile(*json);
  } else {
    readAlone(*json);
  }
  return 0;
}
