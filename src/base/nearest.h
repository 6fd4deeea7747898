#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tributary {

/// The name in `names` that `wrong` was most likely meant to be; empty when none is near, or none shares a
/// letter.
std::string nearest(std::string_view wrong, const std::vector<std::string>& names);

/// "a, b, c".
std::string joined(const std::vector<std::string>& texts, std::string_view between = ", ");

}  // namespace tributary
