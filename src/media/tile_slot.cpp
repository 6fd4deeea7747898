#include "media/tile_slot.h"

#include <algorithm>
#include <utility>

namespace tributary {
namespace {

constexpr size_t maxQueued = 2;
// How many ticks the queue must have held a spare frame before one is dropped: about a second.
constexpr int judgedTicks = 25;

}  // namespace

void TileSlot::setTarget(int width, int height, Fit fit) {
  const std::lock_guard lock(mutex_);
  width_ = width;
  height_ = height;
  fit_ = fit;
}

std::shared_ptr<const Picture> TileSlot::fitted(const std::shared_ptr<const Picture>& source, int width,
                                                int height, Fit fit) {
  if (source->width() == width && source->height() == height) return source;
  auto out = pool_->take(width, height);
  fitInto(source->view(), out->view(), fit);
  return out;
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
  Entry entry{frame, width > 0 ? fitted(frame, width, height, fit) : frame};
  const std::lock_guard lock(mutex_);
  if (muted_) return;
  ++counters_.arrived;
  lastArrival_ = now;
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

TileFrame TileSlot::take(int width, int height, Fit fit, int64_t now) {
  Entry entry;
  int64_t age = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!queue_.empty()) {
      current_ = std::move(queue_.front());
      queue_.pop_front();
      ++counters_.shown;
    }
    shortenQueue();
    entry = current_;
    age = hold_ == Hold::always ? 0 : now - lastArrival_;
  }
  if (!entry.source || age > cardAfter) return {};
  if (entry.fitted->width() != width || entry.fitted->height() != height) {
    entry.fitted = fitted(entry.source, width, height, fit);
    const std::lock_guard lock(mutex_);
    if (current_.source == entry.source) current_.fitted = entry.fitted;
  }
  return {age > dimAfter ? TileFrame::State::dimmed : TileFrame::State::live, std::move(entry.fitted)};
}

TileSlot::Counters TileSlot::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace tributary
