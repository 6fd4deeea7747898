#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/priority_mutex.h"

typedef struct _GstSample GstSample;

namespace tributary {

/// An I420 picture somebody else owns. Width and height are even.
struct PictureView {
  int width = 0;
  int height = 0;
  std::array<uint8_t*, 3> plane{};  ///< Y, U, V
  std::array<int, 3> stride{};

  /// The part of it at an even offset; no copy.
  PictureView part(int x, int y, int partWidth, int partHeight) const;
};

/// An I420 picture that keeps its memory. Shared between threads once filled: then nobody writes to it.
class Picture {
 public:
  /// Memory of its own.
  static std::shared_ptr<Picture> create(int width, int height);
  /// Keeps the sample mapped for reading while it lives; nullptr if it is not I420 of an even size ≥ 2.
  /// An odd last column or row is left out.
  static std::shared_ptr<const Picture> wrap(GstSample* sample);

  /// A part of `whole` at an even offset, sharing its memory.
  static std::shared_ptr<const Picture> partOf(const std::shared_ptr<const Picture>& whole,
                                               const PictureView& part);

  const PictureView& view() const { return view_; }
  int width() const { return view_.width; }
  int height() const { return view_.height; }

 private:
  friend class PicturePool;
  PictureView view_;
  std::shared_ptr<void> memory_;
};

/// Recycles the memory of pictures of one size, so that a frame costs no allocation. Thread: any.
class PicturePool : public std::enable_shared_from_this<PicturePool> {
 public:
  static std::shared_ptr<PicturePool> create() { return std::make_shared<PicturePool>(); }
  /// A picture with undefined content; its memory comes back here when the last holder lets go.
  std::shared_ptr<Picture> take(int width, int height);

 private:
  PriorityMutex mutex_;
  int width_ = 0;
  int height_ = 0;
  std::vector<std::shared_ptr<Picture>> free_;
};

}  // namespace tributary
