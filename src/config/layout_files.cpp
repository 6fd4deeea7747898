#include "config/layout_files.h"

#include <glib.h>
#include <glib/gstdio.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/one_line.h"
#include "config/profile_files.h"
#include "glib/object_ptr.h"

namespace tributary {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t largestLayout = 65'536;

std::string pathOf(const std::string& profiles, const std::string& name) {
  return profiles + "/layouts/" + name + ".json";
}

Result<Json> readLayout(const std::string& path) {
  std::error_code problem;
  if (fs::file_size(path, problem) > largestLayout && !problem)
    return fail(ErrorCode::tooLarge, "$: is larger than 64 KiB");
  char* contents = nullptr;
  gsize length = 0;
  if (g_file_get_contents(path.c_str(), &contents, &length, nullptr) == FALSE)
    return fail(ErrorCode::notFound, "$: cannot be read");
  const std::unique_ptr<char, GFree> owned(contents);
  auto json = Json::parse(std::string_view(contents, length));
  if (!json) return fail(ErrorCode::badRequest, oneLine("$: " + json.error().message));
  return json;
}

std::vector<std::string> namesIn(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const auto name = entry.path().stem().string();
    if (entry.path().extension() == ".json" && isProfileName(name)) out.push_back(name);
  }
  std::ranges::sort(out);
  return out;
}

/// "$.layouts.stage.sets[0]" → "$.sets[0]", in every line.
std::string withoutPrefix(std::string text, const std::string& prefix) {
  for (size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1))
    text.replace(at, prefix.size(), "$");
  return text;
}

}  // namespace

Result<std::vector<RegionSet>> parseLayout(const std::string& name, const Json& json) {
  if (!json.isObject()) return fail(ErrorCode::badRequest, "$: must be an object with `sets`");
  const auto profile =
      parsePipelineProfile(Json::object({{"layouts", Json::object({{std::string_view(name), json}})}}));
  if (!profile)
    return fail(ErrorCode::badRequest, withoutPrefix(profile.error().message, "$.layouts." + name));
  return profile->layouts.at(name).sets;
}

std::vector<SharedLayout> sharedLayouts(const std::string& profiles) {
  std::vector<SharedLayout> out;
  for (const auto& name : namesIn(profiles + "/layouts")) {
    SharedLayout layout{name, {}, {}};
    const auto json = readLayout(pathOf(profiles, name));
    if (json) layout.json = *json;
    const auto parsed = json ? parseLayout(name, *json) : tl::unexpected(json.error());
    if (!parsed) layout.mistakes = lines(parsed.error().message);
    if (out.size() >= mostSharedLayouts) layout.mistakes = {"$: there are more layouts than a profile takes"};
    out.push_back(std::move(layout));
  }
  return out;
}

Json withSharedLayouts(const std::string& profiles, const Json& profile) {
  Json layouts = Json::object();
  for (const auto& shared : sharedLayouts(profiles)) {
    if (shared.mistakes.empty()) layouts.set(shared.name, shared.json);
  }
  if (layouts.size() == 0 || (profile.has("layouts") && !profile["layouts"].isObject())) return profile;
  for (const auto& own : profile["layouts"].keys())
    layouts.set(own, profile["layouts"][own]);
  return profile.with("layouts", layouts);
}

Result<bool> saveLayout(const std::string& profiles, const std::string& name, const Json& json) {
  if (findLayout(name) != nullptr)
    return fail(ErrorCode::conflict, name + " is a built-in layout; take another name");
  if (const auto parsed = parseLayout(name, json); !parsed) return tl::unexpected(parsed.error());
  const auto names = namesIn(profiles + "/layouts");
  const bool fresh = !std::ranges::binary_search(names, name);
  if (fresh && names.size() >= mostSharedLayouts) {
    return fail(ErrorCode::conflict,
                "there are " + std::to_string(names.size()) + " layouts, and no more fit: remove one");
  }
  g_mkdir((profiles + "/layouts").c_str(), 0755);
  GError* error = nullptr;
  const std::string text = json.dump(true) + "\n";
  if (g_file_set_contents(pathOf(profiles, name).c_str(), text.data(), static_cast<gssize>(text.size()),
                          &error) == FALSE)
    return tl::unexpected(takeError(error, ErrorCode::internal, "the layout cannot be saved"));
  return fresh;
}

Result<void> removeLayout(const std::string& profiles, const std::string& name) {
  std::error_code problem;
  if (fs::remove(pathOf(profiles, name), problem)) return {};
  if (problem) return fail(ErrorCode::internal, "the layout cannot be removed: " + problem.message());
  return fail(ErrorCode::notFound, "there is no layout of your own named " + name);
}

}  // namespace tributary
