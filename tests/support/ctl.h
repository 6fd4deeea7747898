#pragma once

#include <string>
#include <vector>

namespace tributary::test {

struct CtlRun {
  int status = -1;
  std::string out;
  std::string error;
};

/// Runs tributaryctl against the server at `url`, to its end. `environment` holds NAME=VALUE.
CtlRun runCtl(const std::string& url, std::vector<std::string> arguments,
              const std::vector<std::string>& environment = {});

}  // namespace tributary::test
