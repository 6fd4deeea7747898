#pragma once

#include <string>
#include <string_view>

namespace tributary {

/// `prefix` and ten random characters of a–z 2–7 (50 bits): enough to be unique, not a secret.
std::string randomId(std::string_view prefix);

/// 128 random bits as 26 characters of a–z 2–7: a secret.
std::string randomToken();

}  // namespace tributary
