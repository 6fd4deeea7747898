#include "media/picture.h"

#include <gst/video/video.h>

#include <cstdlib>

namespace tributary {
namespace {

constexpr size_t alignment = 64;  // what libyuv's widest kernels like
constexpr size_t keptPerPool = 4;

int alignedStride(int width) {
  return static_cast<int>((static_cast<size_t>(width) + alignment - 1) / alignment * alignment);
}

}  // namespace

PictureView PictureView::part(int x, int y, int partWidth, int partHeight) const {
  PictureView out = *this;
  out.width = partWidth;
  out.height = partHeight;
  out.plane[0] += static_cast<ptrdiff_t>(y) * stride[0] + x;
  for (size_t i = 1; i < 3; ++i)
    out.plane[i] += static_cast<ptrdiff_t>(y / 2) * stride[i] + x / 2;
  return out;
}

std::shared_ptr<Picture> Picture::create(int width, int height) {
  const int luma = alignedStride(width);
  const int chroma = alignedStride(width / 2);
  const size_t lumaSize = static_cast<size_t>(luma) * static_cast<size_t>(height);
  const size_t chromaSize = static_cast<size_t>(chroma) * static_cast<size_t>(height / 2);
  auto* memory = static_cast<uint8_t*>(std::aligned_alloc(alignment, lumaSize + 2 * chromaSize));
  if (memory == nullptr) throw std::bad_alloc();
  auto out = std::make_shared<Picture>();
  out->memory_ = std::shared_ptr<void>(memory, std::free);
  out->view_ = {
      width, height, {memory, memory + lumaSize, memory + lumaSize + chromaSize}, {luma, chroma, chroma}};
  return out;
}

std::shared_ptr<const Picture> Picture::wrap(GstSample* sample) {
  struct Mapped {
    GstVideoFrame frame{};
    ~Mapped() { gst_video_frame_unmap(&frame); }
  };
  GstVideoInfo info;
  GstCaps* caps = gst_sample_get_caps(sample);
  if (caps == nullptr || !gst_video_info_from_caps(&info, caps)) return nullptr;
  const int width = GST_VIDEO_INFO_WIDTH(&info) & ~1;
  const int height = GST_VIDEO_INFO_HEIGHT(&info) & ~1;
  if (GST_VIDEO_INFO_FORMAT(&info) != GST_VIDEO_FORMAT_I420 || width < 2 || height < 2) return nullptr;
  GstVideoFrame frame;
  if (!gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ)) return nullptr;
  auto mapped = std::make_shared<Mapped>();
  mapped->frame = frame;
  auto out = std::make_shared<Picture>();
  out->view_.width = width;
  out->view_.height = height;
  for (size_t i = 0; i < 3; ++i) {
    out->view_.plane[i] = static_cast<uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, i));
    out->view_.stride[i] = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i);
  }
  out->memory_ = std::move(mapped);
  return out;
}

std::shared_ptr<const Picture> Picture::partOf(const std::shared_ptr<const Picture>& whole,
                                               const PictureView& part) {
  auto out = std::make_shared<Picture>();
  out->view_ = part;
  out->memory_ = std::const_pointer_cast<Picture>(whole);
  return out;
}

std::shared_ptr<Picture> PicturePool::take(int width, int height) {
  std::shared_ptr<Picture> picture;
  {
    const std::lock_guard lock(mutex_);
    if (width != width_ || height != height_) free_.clear();
    width_ = width;
    height_ = height;
    if (!free_.empty()) {
      picture = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (!picture) picture = Picture::create(width, height);
  // What is handed out is an alias whose end brings the picture back.
  Picture* raw = picture.get();
  return {raw, [pool = weak_from_this(), picture = std::move(picture)](Picture*) mutable {
            const auto home = pool.lock();
            if (!home) return;
            const std::lock_guard lock(home->mutex_);
            const bool fits = picture->width() == home->width_ && picture->height() == home->height_;
            if (fits && home->free_.size() < keptPerPool) home->free_.push_back(std::move(picture));
          }};
}

}  // namespace tributary
