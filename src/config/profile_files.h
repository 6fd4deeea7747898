#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "config/pipeline_profile.h"

namespace tributary {

/// A profile as its file and those it extends say.
struct LoadedProfile {
  Json json;  ///< merged; bears no `extends` any more
  PipelineProfile profile;
  std::vector<std::string> files;  ///< paths of all that were read, its own first
};

/// The files of a profile, and all that is wrong with them.
struct FilesReading {
  LoadedProfile loaded;  ///< as far as it is right
  std::vector<std::string>
      mistakes;  ///< `FILE: $.path: what would be right`, one line each; the base's first
  ErrorCode code = ErrorCode::badRequest;  ///< of the refusal; notFound: there is no such file
};

/// Whether it may name a profile: no path, no dot.
bool isProfileName(std::string_view name);

/// Reads a profile; those it extends stand beside it. An object is laid over the extended one's key by key,
/// anything else takes its place; an encoder of another element starts afresh. A mistake of an extended file
/// is told once, as that file's.
FilesReading readProfileFile(const std::string& path);

/// `<directory>/<name>.json`. A missing "default" is the built-in one.
FilesReading readProfile(const std::string& directory, const std::string& name);

/// The same of profiles that must be right: the error has a line for each mistake.
Result<LoadedProfile> loadProfileFile(const std::string& path);
Result<LoadedProfile> loadProfile(const std::string& directory, const std::string& name);

/// The names of all profiles in a directory, sorted; `schema` is none.
std::vector<std::string> profileNames(const std::string& directory);

/// The lines of a list of mistakes.
std::vector<std::string> lines(const std::string& text);

/// How often profiles may extend one another.
inline constexpr size_t deepestExtends = 8;

}  // namespace tributary
