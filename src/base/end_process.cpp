#include "base/end_process.h"

#include <cstdio>
#include <cstdlib>

namespace tributary {

void endProcess(int code) {
  std::fflush(nullptr);
  std::_Exit(code);
}

}  // namespace tributary
