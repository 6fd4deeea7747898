#include "mixer_stage.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <utility>

#include "media/canvas_buffer.h"

namespace tributary::test {
namespace {

constexpr int64_t patience = 30'000'000'000;

int lumaOf(size_t person) {
  return 40 + 4 * static_cast<int>(person);
}

double threadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

MixerStage::MixerStage(int people, CanvasSettings settings) : settings_(settings) {
  for (int i = 0; i < people; ++i) {
    slots_.push_back(std::make_shared<TileSlot>());
    auto picture = Picture::create(640, 360);
    fill(picture->view(), {static_cast<uint8_t>(lumaOf(static_cast<size_t>(i))), 128, 128});
    pictures_.push_back(std::move(picture));
  }
  for (int i = 0; i < 4; ++i) {
    copies_.push_back(Picture::create(settings_.width, settings_.height));
    fill(copies_.back()->view(), {});
  }
  mixer_ = std::make_unique<VideoMixer>(settings_, clock_, [this](GstBuffer* frame) { onFrame(frame); });
}

MixerStage::~MixerStage() {
  mixer_.reset();
}

void MixerStage::onFrame(GstBuffer* frame) {
  const int64_t now = monotonicNow();
  const double cpu = threadSeconds();
  const auto pts = static_cast<int64_t>(GST_BUFFER_PTS(frame));
  const double interval = 1e9 / settings_.framerate;
  const std::lock_guard lock(mutex_);
  if (lastAt_ > 0) {
    intervals_.push_back(static_cast<double>(now - lastAt_) * 1e-6);
    lost_ += static_cast<int>(std::lround(static_cast<double>(pts - lastPts_) / interval)) - 1;
  }
  lastAt_ = now;
  lastPts_ = pts;
  ++frames_;
  scalings_ = tributary::scalings();
  if (cpuLeft_ > 0) {
    cpu_ += cpu - cpuLeft_;
    ++cpuFrames_;
  }
  GstMapInfo map;
  if (!gst_buffer_map(frame, &map, GST_MAP_READ)) return;
  luma_.assign(map.data, map.data + static_cast<ptrdiff_t>(settings_.width) * settings_.height);
  copyAway(viewOf(map, {settings_.width, settings_.height, settings_.framerate}));
  gst_buffer_unmap(frame, &map);
  cpuLeft_ = threadSeconds();
}

void MixerStage::copyAway(const PictureView& canvas) {
  const double before = threadSeconds();
  copy(canvas, copies_[frames_ % copies_.size()]->view());
  copyCpu_ += threadSeconds() - before;
}

void MixerStage::show(const std::string& layout, const std::string& stage, const std::string& talks) {
  LayoutInput input;
  input.width = settings_.width;
  input.height = settings_.height;
  input.maxTiles = 49;
  input.talker = stage;
  input.regions = {{{{0, 0, 0.75, 1, "talker"}, {0.75, 0, 0.25, 0.5}, {0.75, 0.5, 0.25, 0.5}}}};
  for (size_t i = 0; i < slots_.size(); ++i)
    input.sources.push_back({"p" + std::to_string(i)});
  if (screen_) input.sources.push_back({"p0", Source::screen});
  tiles_ = findLayout(layout)->place(input);
  auto scene = std::make_shared<Scene>();
  for (const auto& tile : tiles_) {
    const auto person = static_cast<size_t>(std::stoi(tile.identity.substr(1)));
    const bool isScreen = tile.source == Source::screen;
    scene->tiles.push_back({.slot = isScreen ? screen_ : slots_[person],
                            .rect = tile.rect,
                            .fit = isScreen ? Fit::letterbox : Fit::crop,
                            .overlaps = tile.z > 0,
                            .talks = tile.identity == talks});
  }
  if (decorate) decorate(*scene);
  mixer_->setScene(std::move(scene));
}

void MixerStage::shareScreen() {
  screen_ = std::make_shared<TileSlot>();
}

uint64_t MixerStage::scalings() const {
  const std::lock_guard lock(mutex_);
  return scalings_;
}

void MixerStage::sendTileSizes() {
  for (const auto& tile : tiles_) {
    const auto person = static_cast<size_t>(std::stoi(tile.identity.substr(1)));
    auto picture = Picture::create(tile.rect.width, tile.rect.height);
    fill(picture->view(), {static_cast<uint8_t>(lumaOf(person)), 128, 128});
    pictures_[person] = std::move(picture);
  }
}

bool MixerStage::runFrames(int count) {
  const int64_t deadline = monotonicNow() + patience;
  for (int i = 0; i < count; ++i) {
    uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      seen = frames_;
    }
    for (size_t p = 0; p < slots_.size(); ++p)
      slots_[p]->push(pictures_[p], monotonicNow());
    if (screen_) screen_->push(pictures_.front(), monotonicNow());
    while (true) {
      {
        const std::lock_guard lock(mutex_);
        if (frames_ > seen) break;
      }
      if (monotonicNow() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return true;
}

int MixerStage::lumaAt(int x, int y) const {
  const std::lock_guard lock(mutex_);
  return luma_.at(static_cast<size_t>(y) * static_cast<size_t>(settings_.width) + static_cast<size_t>(x));
}

bool MixerStage::shows(const Tile& tile) const {
  const Rect& r = tile.rect;
  const auto person = static_cast<size_t>(std::stoi(tile.identity.substr(1)));
  // The scaler's fixed point may be one off.
  return std::abs(lumaAt(r.x + r.width / 2, r.y + r.height / 2) - lumaOf(person)) <= 1;
}

MixerStage::Cost MixerStage::cost() {
  const std::lock_guard lock(mutex_);
  const double frames = std::max(1, std::exchange(cpuFrames_, 0));
  return {std::exchange(cpu_, 0) * 1000 / frames, std::exchange(copyCpu_, 0) * 1000 / frames};
}

void MixerStage::resetIntervals() {
  const std::lock_guard lock(mutex_);
  intervals_.clear();
  lost_ = 0;
}

std::vector<double> MixerStage::intervals() const {
  const std::lock_guard lock(mutex_);
  auto out = intervals_;
  std::ranges::sort(out);
  return out;
}

int MixerStage::framesLost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

}  // namespace tributary::test
