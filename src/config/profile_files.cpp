#include "config/profile_files.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "base/nearest.h"
#include "base/one_line.h"
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

/// A mistake of the file as a whole.
std::string mistakeIn(const std::string& path, const std::string& what) {
  return oneLine(fileName(path) + ": $: " + what);
}

Result<Json> readJson(const std::string& path) {
  std::error_code problem;
  if (fs::file_size(path, problem) > largestProfile && !problem) {
    return fail(ErrorCode::tooLarge, mistakeIn(path, "is larger than 256 KiB"));
  }
  char* contents = nullptr;
  gsize length = 0;
  GError* error = nullptr;
  if (!g_file_get_contents(path.c_str(), &contents, &length, &error)) {
    const bool missing = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    return tl::unexpected(takeError(error, missing ? ErrorCode::notFound : ErrorCode::internal,
                                    mistakeIn(path, "cannot be read")));
  }
  const std::unique_ptr<char, GFree> owned(contents);
  auto json = Json::parse(std::string_view(contents, length));
  if (!json) return fail(ErrorCode::badRequest, mistakeIn(path, json.error().message));
  if (!json->isObject()) return fail(ErrorCode::badRequest, mistakeIn(path, "must be a JSON object"));
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

std::vector<std::string> imageMistakes(const std::string& path, const PipelineProfile& profile) {
  std::vector<std::string> out;
  const auto check = [&](const std::string& key, const std::string& image) {
    if (image.empty()) return;
    const auto wrong = wrongWithImage(fs::path(path).parent_path(), image);
    if (!wrong.empty()) out.push_back(oneLine(key + ": " + wrong));
  };
  check("$.canvas.backgroundImage", profile.canvas.backgroundImage);
  check("$.logo.image", profile.logo.image);
  return out;
}

/// What the JSON of a file says, images included. Lines without the file's name.
ProfileReading readHere(const std::string& path, const Json& json, bool whole) {
  auto out = readPipelineProfile(json, whole);
  std::ranges::move(imageMistakes(path, out.profile), std::back_inserter(out.mistakes));
  return out;
}

Json withoutExtends(const Json& json) {
  Json out = Json::object();
  for (const auto& key : json.keys()) {
    if (key != "extends") out.set(key, json[key]);
  }
  return out;
}

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

/// The chain of `extends` that ends with the file to read.
class Loading {
 public:
  FilesReading read(const std::string& path) {
    const auto json = readJson(path);
    if (!json) return {{}, {oneLine(json.error().message)}, json.error().code};
    files_.push_back(path);
    const Base base = json->has("extends") ? readBase(path, (*json)["extends"]) : Base();
    const std::string folder = fs::path(path).parent_path().string();
    const Json own = withoutExtends(*json);
    const Json merged = withSharedLayouts(folder, laidOver(base.json, own));
    auto read = readHere(path, merged, base.whole);
    FilesReading out{{merged, std::move(read.profile), files_}, base.mistakes};
    std::vector<std::string> alone;
    if (!base.here.empty()) alone = readHere(path, withSharedLayouts(folder, own), base.whole).mistakes;
    for (const auto& mistake : read.mistakes) {
      const bool inherited = has(base.here, mistake) && !has(alone, mistake);
      if (!inherited) out.mistakes.push_back(oneLine(fileName(path) + ": " + mistake));
    }
    here_ = std::move(read.mistakes);
    whole_ = base.whole;
    return out;
  }

 private:
  /// What a file extends.
  struct Base {
    Json json = Json::object();
    std::vector<std::string> mistakes;  ///< all, with their files
    std::vector<std::string> here;      ///< those the file that extends it has too, as it inherits the value
    bool whole = true;                  ///< false: it could not be read
  };

  static Base unusable(std::vector<std::string> mistakes) {
    for (auto& mistake : mistakes)
      mistake = oneLine(mistake);
    return {Json::object(), std::move(mistakes), {}, false};
  }

  Base readBase(const std::string& path, const Json& extends) {
    const std::string at = fileName(path) + ": $.extends: ";
    const std::string name = extends.stringOr("");
    if (!isProfileName(name)) {
      return unusable(
          {at + "must be the name of a profile beside this one, " + std::string(config::nameRule.right)});
    }
    const fs::path folder = fs::path(path).parent_path();
    const std::string base = (folder / (name + ".json")).string();
    if (has(files_, base)) {
      std::string circle;
      for (const auto& file : files_)
        circle += fs::path(file).stem().string() + " extends ";
      return unusable({at + "goes round in a circle: " + circle + name});
    }
    if (files_.size() > deepestExtends)
      return unusable({at + "more than " + std::to_string(deepestExtends) + " profiles extend one another"});
    const size_t before = files_.size();
    auto read = this->read(base);
    if (files_.size() > before) return {read.loaded.json, std::move(read.mistakes), here_, whole_};
    if (read.code != ErrorCode::notFound) return unusable(std::move(read.mistakes));
    const auto meant = nearest(name, profileNames(folder.string()));
    return unusable({at + "there is no profile \"" + name + "\" beside this one" +
                     (meant.empty() ? "" : "; did you mean \"" + meant + "\"?")});
  }

  std::vector<std::string> files_;
  std::vector<std::string> here_;  ///< mistakes in the values of the file read last, inherited ones too
  bool whole_ = true;              ///< whether all that it extends could be read
};

Result<LoadedProfile> ifRight(FilesReading read) {
  if (read.mistakes.empty()) return std::move(read.loaded);
  return fail(read.code, joined(read.mistakes, "\n"));
}

}  // namespace

bool isProfileName(std::string_view name) {
  return g_regex_match_simple(std::string(config::nameRule.pattern).c_str(), std::string(name).c_str(),
                              G_REGEX_DOLLAR_ENDONLY, static_cast<GRegexMatchFlags>(0)) != FALSE;
}

FilesReading readProfileFile(const std::string& path) {
  // A bare name has no folder, and what it extends stands beside it all the same.
  return Loading().read(fs::absolute(path).lexically_normal().string());
}

FilesReading readProfile(const std::string& directory, const std::string& name) {
  if (!isProfileName(name)) {
    return {{},
            {oneLine("\"" + name + "\" is no name of a profile; one has " +
                     std::string(config::nameRule.right))}};
  }
  auto read = readProfileFile(directory + "/" + name + ".json");
  const bool builtIn = name == "default" && read.code == ErrorCode::notFound;
  return builtIn ? FilesReading{{Json::object(), {}, {}}, {}} : read;
}

Result<LoadedProfile> loadProfileFile(const std::string& path) {
  return ifRight(readProfileFile(path));
}

Result<LoadedProfile> loadProfile(const std::string& directory, const std::string& name) {
  return ifRight(readProfile(directory, name));
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
