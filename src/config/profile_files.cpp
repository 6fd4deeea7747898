#include "config/profile_files.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/nearest.h"
#include "config/layout_files.h"
#include "config/profile_keys.h"
#include "glib/object_ptr.h"

namespace tributary {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t largestProfile = 262'144;   // a profile of 32 custom layouts has 100 KB
constexpr uintmax_t largestImage = 16'777'216;  // bytes, and 4096 pixels each way: what a canvas can show
constexpr uint32_t longestSide = 4096;

std::string fileName(const std::string& path) {
  return fs::path(path).filename().string();
}

Result<Json> readJson(const std::string& path) {
  std::error_code problem;
  if (fs::file_size(path, problem) > largestProfile && !problem) {
    return fail(ErrorCode::tooLarge, fileName(path) + ": $: is larger than 256 KiB");
  }
  char* contents = nullptr;
  gsize length = 0;
  GError* error = nullptr;
  if (!g_file_get_contents(path.c_str(), &contents, &length, &error)) {
    const bool missing = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    return tl::unexpected(takeError(error, missing ? ErrorCode::notFound : ErrorCode::internal,
                                    fileName(path) + ": $: cannot be read"));
  }
  const std::unique_ptr<char, GFree> owned(contents);
  auto json = Json::parse(std::string_view(contents, length));
  if (!json) return fail(ErrorCode::badRequest, fileName(path) + ": $: " + json.error().message);
  if (!json->isObject()) return fail(ErrorCode::badRequest, fileName(path) + ": $: must be a JSON object");
  return json;
}

/// `own` laid over `base`.
Json laidOver(const Json& base, const Json& own) {
  if (!base.isObject() || !own.isObject()) return own;
  // The properties of one element mean nothing to another.
  if (own.has("element") && own["element"].stringOr("") != base["element"].stringOr("")) return own;
  Json out = Json::object();
  for (const auto& key : base.keys()) {
    if (!own.has(key)) out.set(key, base[key]);
  }
  for (const auto& key : own.keys())
    out.set(key, base.has(key) ? laidOver(base[key], own[key]) : own[key]);
  return out;
}

uint32_t bigEndian(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

/// Why the file cannot be shown; empty when it can.
std::string wrongWithImage(const fs::path& directory, const std::string& image) {
  std::error_code problem;
  const fs::path path = fs::canonical(directory / image, problem);
  if (problem) return "there is no file " + (directory / image).string();
  const auto relative = path.lexically_relative(fs::canonical(directory, problem));
  if (relative.empty() || *relative.begin() == "..") return "leads out of the profiles directory";
  if (fs::file_size(path, problem) > largestImage || problem) return "must be a file of at most 16 MiB";
  std::array<char, 24> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  if (std::string_view(head.data(), 8) != std::string_view("\x89PNG\r\n\x1a\n", 8)) return "is no PNG file";
  const auto* bytes = reinterpret_cast<const uint8_t*>(head.data());
  const uint32_t width = bigEndian(bytes + 16);
  const uint32_t height = bigEndian(bytes + 20);
  if (width == 0 || height == 0 || width > longestSide || height > longestSide)
    return "must have 1 to 4096 pixels each way";
  return "";
}

std::string withFile(const std::string& file, const std::string& mistakes) {
  std::string out = file + ": ";
  for (const char c : mistakes) {
    out += c;
    if (c == '\n') out += file + ": ";
  }
  return out;
}

std::string imageMistakes(const std::string& path, const PipelineProfile& profile) {
  std::string out;
  const auto check = [&](const char* key, const std::string& image) {
    if (image.empty()) return;
    const auto wrong = wrongWithImage(fs::path(path).parent_path(), image);
    if (!wrong.empty()) out.append(out.empty() ? "" : "\n").append(key).append(": ").append(wrong);
  };
  check("$.canvas.backgroundImage", profile.canvas.backgroundImage);
  check("$.logo.image", profile.logo.image);
  return out;
}

/// The chain of `extends` that ends with the file to load.
class Loading {
 public:
  Result<LoadedProfile> load(const std::string& path) {
    auto json = readJson(path);
    if (!json) return tl::unexpected(json.error());
    files_.push_back(path);
    Json merged = *json;
    if (json->has("extends")) {
      auto base = loadBase(path, (*json)["extends"]);
      if (!base) return tl::unexpected(base.error());
      merged = laidOver(base->json, *json);
    }
    merged = withSharedLayouts(fs::path(path).parent_path().string(), merged);
    return checked(path, merged);
  }

 private:
  Result<LoadedProfile> loadBase(const std::string& path, const Json& extends) {
    const std::string at = fileName(path) + ": $.extends: ";
    const std::string name = extends.stringOr("");
    if (!isProfileName(name)) {
      return fail(ErrorCode::badRequest, at + "must be the name of a profile beside this one, " +
                                             std::string(config::nameRule.right));
    }
    const fs::path folder = fs::path(path).parent_path();
    const std::string base = (folder / (name + ".json")).string();
    if (std::ranges::find(files_, base) != files_.end()) {
      std::string circle;
      for (const auto& file : files_)
        circle += fs::path(file).stem().string() + " extends ";
      return fail(ErrorCode::badRequest, at + "goes round in a circle: " + circle + name);
    }
    if (files_.size() > deepestExtends) {
      return fail(ErrorCode::badRequest,
                  at + "more than " + std::to_string(deepestExtends) + " profiles extend one another");
    }
    auto loaded = load(base);
    if (loaded || loaded.error().code != ErrorCode::notFound) return loaded;
    const auto meant = nearest(name, profileNames(folder.string()));
    return fail(ErrorCode::badRequest, at + "there is no profile \"" + name + "\" beside this one" +
                                           (meant.empty() ? "" : "; did you mean \"" + meant + "\"?"));
  }

  Result<LoadedProfile> checked(const std::string& path, const Json& merged) {
    Json json = Json::object();
    for (const auto& key : merged.keys()) {
      if (key != "extends") json.set(key, merged[key]);
    }
    auto profile = parsePipelineProfile(json);
    if (!profile) return fail(ErrorCode::badRequest, withFile(fileName(path), profile.error().message));
    const auto images = imageMistakes(path, *profile);
    if (!images.empty()) return fail(ErrorCode::badRequest, withFile(fileName(path), images));
    return LoadedProfile{json, std::move(*profile), files_};
  }

  std::vector<std::string> files_;
};

}  // namespace

bool isProfileName(std::string_view name) {
  return g_regex_match_simple(std::string(config::nameRule.pattern).c_str(), std::string(name).c_str(),
                              G_REGEX_DOLLAR_ENDONLY, static_cast<GRegexMatchFlags>(0)) != FALSE;
}

Result<LoadedProfile> loadProfileFile(const std::string& path) {
  // A bare name has no folder, and what it extends stands beside it all the same.
  return Loading().load(fs::absolute(path).lexically_normal().string());
}

Result<LoadedProfile> loadProfile(const std::string& directory, const std::string& name) {
  if (!isProfileName(name)) {
    return fail(ErrorCode::badRequest,
                "\"" + name + "\" is no name of a profile; one has " + std::string(config::nameRule.right));
  }
  auto loaded = loadProfileFile(directory + "/" + name + ".json");
  if (loaded || loaded.error().code != ErrorCode::notFound || name != "default") return loaded;
  return LoadedProfile{Json::object(), {}, {}};
}

std::vector<std::string> profileNames(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(directory, problem)) {
    const auto name = entry.path().stem().string();
    if (entry.path().extension() == ".json" && name != "schema" && isProfileName(name)) out.push_back(name);
  }
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    if (end > start) out.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

}  // namespace tributary
