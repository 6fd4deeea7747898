// `bench-baseline limit|textbook|quality SENDERS VIEWERS SECONDS`: prints one JSON object.
#include <gst/gst.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "baseline.h"

using namespace tributary;

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench-baseline limit|textbook|quality SENDERS VIEWERS SECONDS\n");
    return 2;
  }
  bench::Room room;
  room.senders = std::atoi(argv[2]);
  room.viewers = std::atoi(argv[3]);
  room.seconds = std::atof(argv[4]);
  const auto measure = std::strcmp(argv[1], "textbook") == 0  ? bench::measureTextbook
                       : std::strcmp(argv[1], "quality") == 0 ? bench::measureQuality
                                                              : bench::measureLimit;
  const Json out = measure(room);
  std::puts(out.dump(true).c_str());
  return out.has("error") ? 1 : 0;
}
