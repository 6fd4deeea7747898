// Profiles and custom layouts from anybody: no crash, and every refusal names a path.
#include <cstdlib>
#include <sstream>

#include "config/pipeline_profile.h"

using namespace tributary;

namespace {

bool namesPaths(const std::string& mistakes) {
  std::istringstream lines(mistakes);
  // A name with a line break in it, quoted in a mistake, may begin a line; the first one is ours.
  std::string line;
  return std::getline(lines, line) && line.starts_with("$");
}

void place(const PipelineProfile& profile) {
  const LayoutKind* custom = findLayout("custom");
  if (custom == nullptr) return;
  for (const auto& [name, layout] : profile.layouts) {
    LayoutInput input;
    input.width = profile.canvas.width;
    input.height = profile.canvas.height;
    input.regions = layout.sets;
    for (int i = 0; i < 12; ++i)
      input.sources.push_back({"p" + std::to_string(i), i == 3 ? Source::screen : Source::camera, i != 5});
    for (const auto& tile : custom->place(input)) {
      const Rect& r = tile.rect;
      const bool inside =
          r.x >= 0 && r.y >= 0 && r.x + r.width <= input.width && r.y + r.height <= input.height;
      if (!inside || (r.x | r.y | r.width | r.height) % 2 != 0) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto json = Json::parse({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  const auto profile = parsePipelineProfile(*json);
  if (!profile) {
    if (!namesPaths(profile.error().message)) std::abort();
    return 0;
  }
  if (profile->canvas.width % 2 != 0 || profile->renditions.empty()) std::abort();
  place(*profile);
  return 0;
}
