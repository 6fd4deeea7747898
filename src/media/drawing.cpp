#include "media/drawing.h"

#include <libyuv.h>

#include <vector>

namespace tributary {

Drawing::Drawing(int width, int height)
    : width_(width),
      height_(height),
      surface_(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height)),
      cairo_(cairo_create(surface_)) {}

Drawing::~Drawing() {
  cairo_destroy(cairo_);
  cairo_surface_destroy(surface_);
}

const uint8_t* Drawing::data() const {
  cairo_surface_flush(surface_);
  return cairo_image_surface_get_data(surface_);
}

std::shared_ptr<Picture> Drawing::toPicture() const {
  auto out = Picture::create(width_, height_);
  const PictureView& v = out->view();
  libyuv::ARGBToI420(data(), stride(), v.plane[0], v.stride[0], v.plane[1], v.stride[1], v.plane[2],
                     v.stride[2], width_, height_);
  return out;
}

std::shared_ptr<Overlay> Drawing::toOverlay() const {
  auto out = std::make_shared<Overlay>();
  std::vector<uint8_t> argb(static_cast<size_t>(width_) * static_cast<size_t>(height_) * 4);
  // The colour as it was before Cairo multiplied it by alpha.
  libyuv::ARGBUnattenuate(data(), stride(), argb.data(), width_ * 4, width_, height_);
  out->alpha.resize(static_cast<size_t>(width_) * static_cast<size_t>(height_));
  for (size_t i = 0; i < out->alpha.size(); ++i)
    out->alpha[i] = argb[i * 4 + 3];
  out->picture = Picture::create(width_, height_);
  const PictureView& v = out->picture->view();
  libyuv::ARGBToI420(argb.data(), width_ * 4, v.plane[0], v.stride[0], v.plane[1], v.stride[1], v.plane[2],
                     v.stride[2], width_, height_);
  return out;
}

Text::Text(cairo_t* cairo, const std::string& text, const std::string& families, double pixels, bool bold)
    : layout_(pango_cairo_create_layout(cairo)) {
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family(font, families.c_str());
  pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_MEDIUM);
  pango_font_description_set_absolute_size(font, pixels * PANGO_SCALE);
  pango_layout_set_font_description(layout_, font);
  pango_font_description_free(font);
  pango_layout_set_text(layout_, text.c_str(), static_cast<int>(text.size()));
  pango_layout_set_single_paragraph_mode(layout_, TRUE);
  pango_layout_set_ellipsize(layout_, PANGO_ELLIPSIZE_END);
  measure();
}

void Text::limitWidth(int pixels) {
  if (width_ <= pixels) return;
  pango_layout_set_width(layout_, pixels * PANGO_SCALE);
  measure();
}

void Text::draw(cairo_t* cairo, double x, double y) const {
  cairo_move_to(cairo, x, y);
  pango_cairo_show_layout(cairo, layout_);
}

void Text::outline(cairo_t* cairo, double x, double y) const {
  cairo_move_to(cairo, x, y);
  pango_cairo_layout_path(cairo, layout_);
}

void setColour(cairo_t* cairo, uint32_t rgb, double opacity) {
  const auto part = [rgb](int shift) { return static_cast<double>(rgb >> shift & 0xff) / 255; };
  cairo_set_source_rgba(cairo, part(16), part(8), part(0), opacity);
}

}  // namespace tributary
