#pragma once

#include <pango/pangocairo.h>

#include <memory>
#include <string>

#include "media/picture_ops.h"

namespace tributary {

/// A Cairo drawing of its own memory, transparent at first. Thread: owner.
class Drawing {
 public:
  Drawing(int width, int height);
  ~Drawing();
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

  cairo_t* get() const { return cairo_; }
  int width() const { return width_; }
  int height() const { return height_; }

  /// What is transparent comes out black. Width and height must be even, as for toOverlay().
  std::shared_ptr<Picture> toPicture() const;
  std::shared_ptr<Overlay> toOverlay() const;

 private:
  const uint8_t* data() const;
  int stride() const { return cairo_image_surface_get_stride(surface_); }

  int width_;
  int height_;
  cairo_surface_t* surface_;
  cairo_t* cairo_;
};

/// A laid-out line of text.
class Text {
 public:
  /// `families`: names of fonts with commas between; the first that is installed is taken.
  Text(cairo_t* cairo, const std::string& text, const std::string& families, double pixels, bool bold);
  ~Text() { g_object_unref(layout_); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  /// Cuts it with an ellipsis.
  void limitWidth(int pixels);
  int width() const { return width_; }
  int height() const { return height_; }
  void draw(cairo_t* cairo, double x, double y) const;
  /// Adds the letters' shapes to the path, so that they can be stroked.
  void outline(cairo_t* cairo, double x, double y) const;

 private:
  void measure() { pango_layout_get_pixel_size(layout_, &width_, &height_); }

  PangoLayout* layout_;
  int width_ = 0;
  int height_ = 0;
};

inline int evenUp(int value) {
  return (value + 1) & ~1;
}

/// 0xRRGGBB with an opacity of 0 to 1 as the colour to draw with.
void setColour(cairo_t* cairo, uint32_t rgb, double opacity = 1);

}  // namespace tributary
