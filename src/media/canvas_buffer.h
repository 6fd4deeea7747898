#pragma once

#include <gst/gst.h>

#include "media/picture.h"

namespace tributary {

/// Size of I420 buffers, tightly laid out as GstVideoInfo has them. Even.
struct CanvasFormat {
  int width = 0;
  int height = 0;
  int framerate = 25;

  bool sameSize(const CanvasFormat& other) const { return width == other.width && height == other.height; }
};

GstCaps* canvasCaps(const CanvasFormat& format);

/// An active pool of such buffers; the caller deactivates and unrefs it. It is bounded: encoders that fall
/// behind must cost frames, not memory.
GstBufferPool* makeCanvasPool(const CanvasFormat& format);

/// A buffer of the pool at once, or nullptr when all are in use. Thread: any.
GstBuffer* takeCanvas(GstBufferPool* pool);

/// A mapped buffer of that format as a picture; valid while it is mapped.
PictureView viewOf(const GstMapInfo& map, const CanvasFormat& format);

}  // namespace tributary
