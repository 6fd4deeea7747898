// What a canvas costs: CPU a frame at rest and while everything glides, beside a plain copy of the canvas.
#include <gst/gst.h>

#include <cstdio>

#include "mixer_stage.h"

using namespace tributary;
using namespace tributary::test;

namespace {

double plainCopy() {
  const auto from = Picture::create(1280, 720);
  const auto to = Picture::create(1280, 720);
  constexpr int times = 200;
  const int64_t start = monotonicNow();
  for (int i = 0; i < times; ++i)
    copy(from->view(), to->view());
  return static_cast<double>(monotonicNow() - start) * 1e-6 / times;
}

double perFrame(const VideoMixer::Counters& before, const VideoMixer::Counters& after) {
  return (after.seconds - before.seconds) * 1000 / static_cast<double>(after.rendered - before.rendered);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  std::printf("canvas 1280x720, ms a frame; a plain copy takes %.2f\n", plainCopy());
  std::printf("%6s %8s %9s\n", "tiles", "at rest", "gliding");
  for (const int tiles : {1, 4, 9, 16, 25, 49}) {
    MixerStage stage(tiles);
    stage.show("grid");
    stage.runFrames(5);
    const auto before = stage.counters();
    stage.runFrames(50);
    const auto rest = stage.counters();
    for (int i = 0; i < 10; ++i) {  // 200 ms are five frames
      stage.show(i % 2 == 0 ? "sidebar" : "grid");
      stage.runFrames(5);
    }
    std::printf("%6d %8.2f %9.2f\n", tiles, perFrame(before, rest), perFrame(rest, stage.counters()));
  }
  return 0;
}
