#pragma once

#include <string>
#include <vector>

namespace tributary::test {

using Sound = std::vector<float>;  ///< mono, 48 kHz, −1 … 1

/// What espeak-ng says, from its first sound to its last. Empty when it cannot. Not a shell's friend: neither
/// voice nor text may have quotes or dollars.
Sound speak(const std::string& voice, const std::string& text);

}  // namespace tributary::test
