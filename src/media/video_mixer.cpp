#include "media/video_mixer.h"

#include <algorithm>

#include "media/canvas_buffer.h"
#include "media/uncovered.h"

namespace tributary {
namespace {

constexpr int dimmedBrightness = 110;  // of 256

/// On its way a picture is cut as it will be at rest, so that nothing jumps when it arrives.
PictureView onTheWay(const PictureView& source, const SceneTile& tile) {
  if (tile.fit != Fit::crop) return source;
  return cutTo(source, tile.rect.width, tile.rect.height).value_or(source);
}

void drawFrame(const TileFrame& frame, const PictureView& target, const SceneTile& tile, bool settled) {
  const PictureView source = settled ? frame.picture->view() : onTheWay(frame.picture->view(), tile);
  // A settled frame has the size of what it covers.
  const PictureView part =
      settled ? target.part((target.width - source.width) / 2 & ~1, (target.height - source.height) / 2 & ~1,
                            source.width, source.height)
              : fittedPart(target, source.width, source.height, tile.fit);
  if (!settled) fitInto(source, part, Fit::crop, Scaling::fast);
  const PictureView& from = settled ? source : part;
  if (frame.state == TileFrame::State::dimmed) return copyDimmed(from, part, dimmedBrightness);
  if (settled) copy(source, part);
}

void drawBorder(const PictureView& tile, int width, uint32_t rgb) {
  width = std::min({width & ~1, tile.width / 2 & ~1, tile.height / 2 & ~1});
  if (width <= 0) return;
  const YuvColour colour = yuvFromRgb(rgb);
  fill(tile.part(0, 0, tile.width, width), colour);
  fill(tile.part(0, tile.height - width, tile.width, width), colour);
  fill(tile.part(0, width, width, tile.height - 2 * width), colour);
  fill(tile.part(tile.width - width, width, width, tile.height - 2 * width), colour);
}

void drawLabelOn(const PictureView& tile, const Overlay& label, const TileStyle& style) {
  const int width = label.picture->width();
  const int height = label.picture->height();
  const int inset = style.labelInset;
  if (width + 2 * inset > tile.width || height + 2 * inset > tile.height) return;
  const Rect at = inCorner({0, 0, tile.width, tile.height}, style.labelCorner, width, height, inset);
  blend(label, tile.part(at.x, at.y, width, height));
}

void drawOverlay(const PictureView& canvas, const Scene::Placed& placed) {
  const int width = placed.overlay->picture->width();
  const int height = placed.overlay->picture->height();
  if (placed.x < 0 || placed.y < 0 || placed.x + width > canvas.width || placed.y + height > canvas.height)
    return;
  blend(*placed.overlay, canvas.part(placed.x, placed.y, width, height));
}

}  // namespace

VideoMixer::VideoMixer(const CanvasSettings& settings, const RoomClock& clock, Sink sink, MixerStart begin)
    : settings_(settings),
      clock_(clock),
      sink_(std::move(sink)),
      pool_(makeCanvasPool(settings.format())),
      background_(Picture::create(settings.width, settings.height)),
      mark_(std::move(begin.mark)) {
  fill(background_->view(), yuvFromRgb(settings.background));
  if (begin.scene) setScene(std::move(begin.scene));
  ticker_ = std::make_unique<Ticker>(
      "mix-video", 1, settings.framerate, [this](int64_t due) { tick(due); }, begin.lastTick);
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

void VideoMixer::setMark(std::shared_ptr<const Overlay> mark) {
  const std::lock_guard lock(mutex_);
  mark_ = std::move(mark);
}

void VideoMixer::drawMark(const PictureView& canvas) const {
  std::shared_ptr<const Overlay> mark;
  {
    const std::lock_guard lock(mutex_);
    mark = mark_;
  }
  if (!mark) return;
  const int width = mark->picture->width();
  const int height = mark->picture->height();
  if (width + labelInset > settings_.width || height + labelInset > settings_.height) return;
  blend(*mark, canvas.part(labelInset, labelInset, width, height));
}

void VideoMixer::tick(int64_t due) {
  if (++skipped_ < divisor_) return;
  skipped_ = 0;
  const int64_t started = monotonicNow();
  GstBuffer* buffer = takeCanvas(pool_);
  if (buffer == nullptr) {
    const std::lock_guard lock(mutex_);
    ++counters_.late;  // the encoders are several frames behind: this one is theirs to skip
    return;
  }
  GstMapInfo map;
  if (gst_buffer_map(buffer, &map, GST_MAP_WRITE)) {
    const PictureView canvas = viewOf(map, settings_.format());
    const auto scene = this->scene();
    if (scene != drawn_) {
      glide_.retarget(*scene, due);
      freeKnown_ = false;
    }
    drawn_ = scene;
    draw(*scene, canvas, due);
    drawMark(canvas);
    gst_buffer_unmap(buffer, &map);
    count(due, started);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(clock_.runningTime(due));
    GST_BUFFER_DURATION(buffer) = GST_SECOND / static_cast<guint64>(settings_.framerate);
    sink_(buffer);
  }
  gst_buffer_unref(buffer);
}

void VideoMixer::draw(const Scene& scene, const PictureView& canvas, int64_t now) {
  drawBackground(scene, canvas, now);
  for (size_t i = 0; i < scene.tiles.size(); ++i) {
    const Rect r = glide_.at(i, now);
    drawTile(scene.tiles[i], scene.style, canvas.part(r.x, r.y, r.width, r.height), now);
  }
  for (const auto& placed : scene.overlays)
    drawOverlay(canvas, placed);
}

void VideoMixer::drawBackground(const Scene& scene, const PictureView& canvas, int64_t now) {
  const bool moving = glide_.isMoving(now);
  if (moving || !freeKnown_) {
    std::vector<Rect> tiles;
    for (size_t i = 0; i < scene.tiles.size(); ++i) {
      if (scene.tiles[i].fit != Fit::letterbox) tiles.push_back(glide_.at(i, now));
    }
    free_ = uncovered(tiles, settings_.width, settings_.height);
    freeKnown_ = !moving;
  }
  const PictureView background = backgroundOf(scene).view();
  for (const Rect& r : free_)
    copy(background.part(r.x, r.y, r.width, r.height), canvas.part(r.x, r.y, r.width, r.height));
}

const Picture& VideoMixer::backgroundOf(const Scene& scene) const {
  const bool fits = scene.background && scene.background->width() == settings_.width &&
                    scene.background->height() == settings_.height;
  return fits ? *scene.background : *background_;
}

void VideoMixer::drawTile(const SceneTile& tile, const TileStyle& style, const PictureView& target,
                          int64_t now) {
  const bool settled = target.width == tile.rect.width && target.height == tile.rect.height;
  const TileFrame frame = settled ? tile.slot->take(target.width, target.height, tile.fit, now)
                                  : tile.slot->takeFor(target.width, now);
  if (frame.state != TileFrame::State::card) {
    drawFrame(frame, target, tile, settled);
  } else if (tile.card) {
    fitInto(tile.card->view(), target, Fit::crop, settled ? Scaling::good : Scaling::fast);
  } else {
    fill(target, yuvFromRgb(settings_.background));
  }
  // A name at the very edge is drawn before the border, another over it.
  if (tile.label && style.labelInset == 0) drawLabelOn(target, *tile.label, style);
  if (tile.talks && style.talkerWidth > 0) {
    drawBorder(target, style.talkerWidth, style.talkerColour);
  } else {
    const int width = tile.overlaps ? std::max(style.borderWidth, style.overlapWidth) : style.borderWidth;
    drawBorder(target, width, style.borderColour);
  }
  if (tile.label && style.labelInset > 0) drawLabelOn(target, *tile.label, style);
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
