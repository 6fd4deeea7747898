#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "glib/json.h"
#include "layout/layout.h"

namespace tributary {

/// A layout of the admin's own that every profile has: `<profiles>/layouts/<name>.json`, {sets}.
struct SharedLayout {
  std::string name;
  Json json;                          ///< null where the file is no JSON
  std::vector<std::string> mistakes;  ///< `$.path: what would be right`; profiles do not get it then
};

/// At most so many: a profile with as many of its own still passes.
inline constexpr size_t mostSharedLayouts = 32;

/// All there are, sorted by name. Reads files.
std::vector<SharedLayout> sharedLayouts(const std::string& profiles);

/// Those that are right as the member `layouts` of a profile; those of the profile's own go before them.
Json withSharedLayouts(const std::string& profiles, const Json& profile);

/// The regions of a layout. The error (badRequest) lists every mistake, one a line, with its JSON path.
Result<std::vector<RegionSet>> parseLayout(const std::string& name, const Json& json);

/// Writes it whole or not at all; true when there was none of that name. Errors: badRequest (mistakes),
/// conflict (a built-in layout's name, or too many), internal (the folder cannot be written to).
Result<bool> saveLayout(const std::string& profiles, const std::string& name, const Json& json);

/// Errors: notFound, internal.
Result<void> removeLayout(const std::string& profiles, const std::string& name);

}  // namespace tributary
