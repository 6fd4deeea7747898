#include "base/close_elsewhere.h"

#include <system_error>
#include <thread>

namespace tributary {

void closeElsewhere(UniqueFd fd) {
  if (!fd) return;
  try {
    std::thread([held = std::move(fd)] {}).detach();
  } catch (const std::system_error&) {
    // No thread to be had: it has been closed here.
  }
}

}  // namespace tributary
