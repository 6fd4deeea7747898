#include "media/tile_slot.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tributary {
namespace {

constexpr size_t maxQueued = 2;
// How many ticks the queue must have held a spare frame before one is dropped: about a second.
constexpr int judgedTicks = 25;

/// Not where it would be blurred, nor where fitting has cut something off.
bool fittedServes(const Picture& source, const Picture& fitted, int width) {
  constexpr double sameShape = 0.02;
  constexpr double mostEnlarged = 1.25;
  const double aspect = static_cast<double>(source.width()) / source.height();
  return std::abs(fitted.width() / (aspect * fitted.height()) - 1) < sameShape &&
         fitted.width() * mostEnlarged >= width && fitted.width() <= source.width();
}

}  // namespace

void TileSlot::setTarget(int width, int height, Fit fit) {
  const std::lock_guard lock(mutex_);
  width_ = width;
  height_ = height;
  fit_ = fit;
}

void TileSlot::fitTo(Entry& entry, int width, int height, Fit fit) {
  entry.width = width;
  entry.height = height;
  entry.fit = fit;
  PictureView tile;
  tile.width = width;
  tile.height = height;
  const Picture& source = *entry.source;
  const PictureView part = fittedPart(tile, source.width(), source.height(), fit);
  entry.fitted = entry.source;
  if (source.width() == part.width && source.height() == part.height) return;
  const auto cut = fit == Fit::crop ? cutTo(source.view(), width, height) : std::nullopt;
  if (cut) {
    entry.fitted = Picture::partOf(entry.source, *cut);
    return;
  }
  auto out = pool_->take(part.width, part.height);
  fitInto(source.view(), out->view(), Fit::crop);
  entry.fitted = std::move(out);
}

void TileSlot::push(const std::shared_ptr<const Picture>& frame, int64_t now) {
  int width = 0;
  int height = 0;
  Fit fit = Fit::crop;
  {
    const std::lock_guard lock(mutex_);
    if (muted_) return;
    width = width_;
    height = height_;
    fit = fit_;
  }
  Entry entry{frame, frame};
  if (width > 0) fitTo(entry, width, height, fit);
  const std::lock_guard lock(mutex_);
  if (muted_) return;
  ++counters_.arrived;
  lastArrival_ = now;
  sourceSize_ = {frame->width(), frame->height()};
  queue_.push_back(std::move(entry));
  if (queue_.size() > maxQueued) queue_.pop_front();
}

void TileSlot::clear() {
  const std::lock_guard lock(mutex_);
  queue_.clear();
  current_ = {};
}

void TileSlot::setMuted(bool muted) {
  const std::lock_guard lock(mutex_);
  muted_ = muted;
  if (!muted) return;
  queue_.clear();
  current_ = {};
}

void TileSlot::shortenQueue() {
  shortest_ = ticks_ == 0 ? queue_.size() : std::min(shortest_, queue_.size());
  if (++ticks_ < judgedTicks) return;
  if (shortest_ > 0) queue_.pop_front();
  ticks_ = 0;
}

TileSlot::Entry TileSlot::advance(int64_t now, TileFrame::State& state) {
  const std::lock_guard lock(mutex_);
  if (!queue_.empty()) {
    current_ = std::move(queue_.front());
    queue_.pop_front();
    ++counters_.shown;
  }
  shortenQueue();
  const int64_t age = hold_ == Hold::always ? 0 : now - lastArrival_;
  state = age > dimAfter ? TileFrame::State::dimmed : TileFrame::State::live;
  if (!current_.source || age > cardAfter) state = TileFrame::State::card;
  return current_;
}

TileFrame TileSlot::takeFor(int width, int64_t now) {
  TileFrame out;
  Entry entry = advance(now, out.state);
  if (out.state == TileFrame::State::card) return out;
  out.picture = fittedServes(*entry.source, *entry.fitted, width) ? entry.fitted : entry.source;
  return out;
}

TileFrame TileSlot::take(int width, int height, Fit fit, int64_t now) {
  TileFrame out;
  Entry entry = advance(now, out.state);
  if (out.state == TileFrame::State::card) return out;
  if (entry.width != width || entry.height != height || entry.fit != fit) {
    fitTo(entry, width, height, fit);
    const std::lock_guard lock(mutex_);
    if (current_.source == entry.source) current_ = entry;
  }
  out.picture = std::move(entry.fitted);
  return out;
}

TileSlot::Size TileSlot::sourceSize() const {
  const std::lock_guard lock(mutex_);
  return sourceSize_;
}

TileSlot::Counters TileSlot::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace tributary
