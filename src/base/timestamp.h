#pragma once

#include <string>

namespace tributary {

/// Now as RFC 3339 has it, in UTC with milliseconds: "2026-01-02T03:04:05.678Z". Thread: any.
std::string timestamp();

}  // namespace tributary
