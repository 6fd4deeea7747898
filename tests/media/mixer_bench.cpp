// What a canvas costs: CPU a frame at rest and while everything glides, in multiples of one picture that
// covers it: a plain copy, by the same thread at the same pace, of a source as cold. Beside it a copy of what
// is in the caches, which no picture from the network ever is. Two rows for each number of tiles: cameras of
// 640x360, and cameras as large as their tiles, which is what the uplink asks of them.
#include <gst/gst.h>

#include <cstdio>

#include "mixer_stage.h"

using namespace tributary;
using namespace tributary::test;

namespace {

double bound = 0;

void row(int tiles, const char* cameras, bool fitted) {
  MixerStage stage(tiles);
  stage.show("grid");
  if (fitted) stage.sendTileSizes();
  stage.runFrames(5);
  stage.cost();
  stage.runFrames(50);
  const auto rest = stage.cost();
  if (bound == 0) bound = rest.tick;
  for (int i = 0; i < 10; ++i) {  // 200 ms are five frames
    stage.show(i % 2 == 0 ? "sidebar" : "grid");
    stage.runFrames(5);
  }
  const auto gliding = stage.cost();
  std::printf("%6d %10s %8.2f %8.2f %5.1fx %9.2f %5.1fx\n", tiles, cameras, rest.copy, rest.tick,
              rest.tick / bound, gliding.tick, gliding.tick / bound);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  std::printf("canvas 1280x720, CPU ms a frame\n%6s %10s %8s %8s %6s %9s\n", "tiles", "cameras", "hot copy",
              "at rest", "", "gliding");
  row(1, "as asked", true);
  for (const int tiles : {4, 9, 16, 25, 49}) {
    row(tiles, "640x360", false);
    row(tiles, "as asked", true);
  }
  return 0;
}
