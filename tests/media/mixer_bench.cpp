// What a canvas costs: CPU a frame at rest and while everything glides, in multiples of two plain copies of
// one canvas. The hot one is of what the mixer's thread has just drawn. The paced one is by a thread that, as
// the mixer does, sleeps until the next frame and then copies a picture that nobody has touched for a while:
// most of what it costs more is the waking core's, whose caches, translations and clock are not what they
// were. Two rows for each number of tiles: cameras of 640x360, and cameras as large as their tiles, which is
// what the uplink asks of them. Tiles of other layouts than the grid are as the layout has them for that many
// people.
#include <gst/gst.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <thread>
#include <vector>

#include "media/ticker.h"
#include "mixer_stage.h"

using namespace tributary;
using namespace tributary::test;

namespace {

constexpr int width = 1280;
constexpr int height = 720;
constexpr int framerate = 25;
constexpr int measured = 100;
constexpr size_t pictures = 96;  // 130 MB: more than the caches that one core has

double threadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// CPU ms of the thread a frame, its waking included.
double pacedCopy() {
  std::vector<std::shared_ptr<Picture>> from;
  std::vector<std::shared_ptr<Picture>> to;
  for (size_t i = 0; i < pictures; ++i) {
    from.push_back(Picture::create(width, height));
    fill(from.back()->view(), {});
    if (i >= 4) continue;
    to.push_back(Picture::create(width, height));
    fill(to.back()->view(), {});
  }
  double first = 0;
  double last = 0;
  size_t frames = 0;
  {
    Ticker ticker("copy", 1, framerate, [&](int64_t) {
      if (frames == 0) first = threadSeconds();
      copy(from[frames % from.size()]->view(), to[frames % to.size()]->view());
      ++frames;
      last = threadSeconds();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(1000 * measured / framerate));
  }
  return (last - first) * 1000 / static_cast<double>(frames);
}

void row(const char* layout, int people, const char* cameras, bool fitted) {
  MixerStage stage(people);
  stage.show(layout);
  if (fitted) stage.sendTileSizes();
  stage.runFrames(5);
  stage.cost();
  stage.runFrames(measured);
  const auto rest = stage.cost();
  for (int i = 0; i < 10; ++i) {  // 200 ms are five frames
    stage.show(i % 2 == 0 ? "sidebar" : layout);
    stage.runFrames(5);
  }
  const auto gliding = stage.cost();
  const double paced = pacedCopy();
  std::printf("%8s %6d %10s %8.2f %8.2f %8.2f %5.1fx %5.1fx %9.2f %5.1fx\n", layout, people, cameras,
              rest.copy, paced, rest.tick, rest.tick / rest.copy, rest.tick / paced, gliding.tick,
              gliding.tick / paced);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  std::printf("canvas %dx%d, CPU ms a frame\n%8s %6s %10s %8s %8s %8s %6s %6s %9s %6s\n", width, height,
              "layout", "people", "cameras", "hot copy", "paced", "at rest", "hot", "paced", "gliding",
              "paced");
  row("grid", 1, "as asked", true);
  for (const int people : {4, 9, 16, 25, 49}) {
    row("grid", people, "640x360", false);
    row("grid", people, "as asked", true);
  }
  for (const char* layout : {"speaker", "pip"}) {
    row(layout, 9, "640x360", false);
    row(layout, 9, "as asked", true);
  }
  return 0;
}
