#include "media/video_mixer.h"

#include <algorithm>

#include "media/canvas_buffer.h"

namespace tributary {
namespace {

constexpr int dimmedBrightness = 110;  // of 256

CanvasFormat formatOf(const CanvasSettings& settings) {
  return {settings.width, settings.height, settings.framerate};
}

/// Whether tiles leave nothing of the canvas uncovered, so that the background need not be drawn.
bool coversCanvas(const Scene& scene, const CanvasSettings& settings) {
  int64_t area = 0;
  for (const auto& tile : scene.tiles)
    area += static_cast<int64_t>(tile.rect.width) * tile.rect.height;
  return area >= static_cast<int64_t>(settings.width) * settings.height;
}

}  // namespace

VideoMixer::VideoMixer(const CanvasSettings& settings, const RoomClock& clock, Sink sink)
    : settings_(settings),
      clock_(clock),
      sink_(std::move(sink)),
      pool_(makeCanvasPool(formatOf(settings))),
      background_(Picture::create(settings.width, settings.height)) {
  fill(background_->view(), yuvFromRgb(settings.background));
  ticker_ = std::make_unique<Ticker>("mix-video", 1, settings.framerate, [this](int64_t due) { tick(due); });
}

VideoMixer::~VideoMixer() {
  ticker_.reset();
  gst_buffer_pool_set_active(pool_, FALSE);
  gst_object_unref(pool_);
}

void VideoMixer::setScene(std::shared_ptr<const Scene> scene) {
  for (const auto& tile : scene->tiles)
    tile.slot->setTarget(tile.rect.width, tile.rect.height, tile.fit);
  const std::lock_guard lock(mutex_);
  scene_ = std::move(scene);
}

std::shared_ptr<const Scene> VideoMixer::scene() const {
  const std::lock_guard lock(mutex_);
  return scene_;
}

void VideoMixer::tick(int64_t due) {
  const int64_t started = monotonicNow();
  GstBuffer* buffer = takeCanvas(pool_);
  if (buffer == nullptr) {
    const std::lock_guard lock(mutex_);
    ++counters_.late;  // the encoders are several frames behind: this one is theirs to skip
    return;
  }
  GstMapInfo map;
  if (gst_buffer_map(buffer, &map, GST_MAP_WRITE)) {
    draw(*scene(), viewOf(map, formatOf(settings_)), started);
    gst_buffer_unmap(buffer, &map);
    count(due, started);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(clock_.runningTime(due));
    GST_BUFFER_DURATION(buffer) = GST_SECOND / static_cast<guint64>(settings_.framerate);
    sink_(buffer);
  }
  gst_buffer_unref(buffer);
}

void VideoMixer::draw(const Scene& scene, const PictureView& canvas, int64_t now) {
  if (!coversCanvas(scene, settings_)) copy(background_->view(), canvas);
  for (const auto& tile : scene.tiles) {
    const Rect& r = tile.rect;
    const PictureView target = canvas.part(r.x, r.y, r.width, r.height);
    const TileFrame frame = tile.slot->take(r.width, r.height, tile.fit, now);
    if (frame.state == TileFrame::State::live) {
      copy(frame.picture->view(), target);
    } else if (frame.state == TileFrame::State::dimmed) {
      copyDimmed(frame.picture->view(), target, dimmedBrightness);
    } else if (tile.card) {
      copy(tile.card->view(), target);
    }
    if (tile.label) {
      const int height = tile.label->picture->height();
      blend(*tile.label,
            target.part(labelInset, r.height - height - labelInset, r.width - labelInset, height));
    }
  }
}

void VideoMixer::count(int64_t due, int64_t started) {
  const int64_t done = monotonicNow();
  const double seconds = static_cast<double>(done - started) * 1e-9;
  const size_t bucket = static_cast<size_t>(
      std::lower_bound(bucketBounds.begin(), bucketBounds.end(), seconds) - bucketBounds.begin());
  const std::lock_guard lock(mutex_);
  ++counters_.rendered;
  counters_.seconds += seconds;
  ++counters_.durationBuckets[bucket];
  if (done - due > 500'000'000LL / settings_.framerate) ++counters_.late;
}

VideoMixer::Counters VideoMixer::counters() const {
  const std::lock_guard lock(mutex_);
  Counters out = counters_;
  out.late += ticker_ ? ticker_->missed() : 0;
  return out;
}

}  // namespace tributary
