#pragma once

#include <string>
#include <string_view>

namespace tributary {

/// A stranger's text as one line for a log or a terminal: control characters are escaped as in C ("\n",
/// "\x1b"), those of Unicode too (U+0080 to U+009F, U+2028, U+2029); all else is as it was.
std::string oneLine(std::string_view text);

}  // namespace tributary
