#pragma once

#include <malloc.h>

namespace tributary {

/// Bytes this process has allocated and not freed, over all arenas: unlike resident memory it does not
/// hide a leak in what the allocator keeps, nor show what it keeps as a leak. Thread: any.
inline double heapBytesInUse() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

}  // namespace tributary
