#pragma once

#include <string>
#include <vector>

namespace tributary::test {

struct CtlRun {
  int status = -1;
  std::string out;
  std::string error;
};

/// Runs one of the build's programs to its end. `environment` holds NAME=VALUE.
CtlRun runProgram(const std::string& program, std::vector<std::string> arguments,
                  const std::vector<std::string>& environment = {});

/// Runs tributaryctl against the server at `url`, to its end. `environment` holds NAME=VALUE.
CtlRun runCtl(const std::string& url, std::vector<std::string> arguments,
              const std::vector<std::string>& environment = {});

}  // namespace tributary::test
