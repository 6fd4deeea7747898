#pragma once

#include <string>
#include <vector>

#include "config/pipeline_profile.h"

namespace tributary {

/// A profile as its file and those it extends say.
struct LoadedProfile {
  Json json;  ///< merged; bears no `extends` any more
  PipelineProfile profile;
  std::vector<std::string> files;  ///< paths of all that were read, its own first
};

/// Whether it may name a profile: no path, no dot.
bool isProfileName(std::string_view name);

/// Reads a profile; those it extends stand beside it. An object is laid over the extended one's key by key,
/// anything else takes its place; an encoder of another element starts afresh. The error has a line for each
/// mistake: `FILE: $.path: what would be right`. Error code notFound when the file itself is missing.
Result<LoadedProfile> loadProfileFile(const std::string& path);

/// `<directory>/<name>.json`. A missing "default" is the built-in one.
Result<LoadedProfile> loadProfile(const std::string& directory, const std::string& name);

/// The names of all profiles in a directory, sorted; `schema` is none.
std::vector<std::string> profileNames(const std::string& directory);

/// The lines of a list of mistakes.
std::vector<std::string> lines(const std::string& text);

/// How often profiles may extend one another.
inline constexpr size_t deepestExtends = 8;

}  // namespace tributary
