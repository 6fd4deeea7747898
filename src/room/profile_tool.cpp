#include "room/profile_tool.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "base/one_line.h"
#include "config/profile_files.h"
#include "room/profile_check.h"
#include "room/profile_preview.h"

namespace tributary {
namespace {

constexpr int exitMistakes = 1;
constexpr int exitUsage = 64;  // sysexits.h

/// What only GStreamer can tell of these files, each of which extends the next. A mistake bears the name of
/// the last that has it: the others inherit it.
std::vector<std::string> elementMistakes(const std::vector<std::string>& files) {
  std::vector<std::string> out;
  std::set<std::string> told;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    const bool trial = *file == files.front();
    const std::string name = std::filesystem::path(*file).filename().string();
    for (const auto& mistake : elementMistakes(readProfileFile(*file).loaded.profile, trial))
      if (told.insert(mistake).second) out.push_back(oneLine(std::string(name).append(": ").append(mistake)));
  }
  return out;
}

Result<LoadedProfile> loadChecked(const std::string& path) {
  auto read = readProfileFile(path);
  std::ranges::move(elementMistakes(read.loaded.files), std::back_inserter(read.mistakes));
  if (!read.mistakes.empty()) return fail(ErrorCode::badRequest, joined(read.mistakes, "\n"));
  return std::move(read.loaded);
}

int check(const std::vector<std::string>& files) {
  int code = 0;
  for (const auto& file : files) {
    const auto loaded = loadChecked(file);
    const std::string name = std::filesystem::path(file).filename().string();
    std::printf("%s\n", loaded ? (name + ": right").c_str() : loaded.error().message.c_str());
    if (!loaded) code = exitMistakes;
  }
  return code;
}

int preview(const std::string& file, const std::string& directory) {
  const auto loaded = loadChecked(file);
  if (!loaded) {
    std::printf("%s\n", loaded.error().message.c_str());
    return exitMistakes;
  }
  const auto written =
      drawPreviews(*loaded, directory, [](const std::string& path) { std::printf("%s\n", path.c_str()); });
  if (written) return 0;
  std::fprintf(stderr, "tributary-room: %s\n", written.error().message.c_str());
  return exitMistakes;
}

}  // namespace

int runProfileTool(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 2 && arguments[0] == "--check-profile") {
    return check({arguments.begin() + 1, arguments.end()});
  }
  if (arguments.size() == 4 && arguments[0] == "--preview" && arguments[2] == "-o") {
    return preview(arguments[1], arguments[3]);
  }
  std::fputs(
      "usage: tributary-room --check-profile FILE…\n"
      "       tributary-room --preview FILE -o DIR\n"
      "A room is started by tributary, without arguments.\n",
      stderr);
  return exitUsage;
}

}  // namespace tributary
