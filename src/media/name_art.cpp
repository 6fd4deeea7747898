#include "media/name_art.h"

#include <glib.h>
#include <libyuv.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "media/scene.h"

namespace tributary {
namespace {

struct Rgb {
  double r, g, b;
};

// Dark enough for white text (contrast above 4.5), far enough apart to tell people by.
constexpr std::array<Rgb, 10> palette = {{{0.11, 0.40, 0.66},
                                          {0.55, 0.22, 0.52},
                                          {0.10, 0.45, 0.34},
                                          {0.66, 0.26, 0.20},
                                          {0.33, 0.31, 0.66},
                                          {0.50, 0.38, 0.09},
                                          {0.07, 0.43, 0.50},
                                          {0.62, 0.20, 0.36},
                                          {0.27, 0.43, 0.15},
                                          {0.38, 0.36, 0.42}}};

const Rgb& colourOf(const std::string& identity) {
  return palette[g_str_hash(identity.c_str()) % palette.size()];
}

/// A Cairo drawing of its own memory.
class Drawing {
 public:
  Drawing(int width, int height)
      : surface_(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height)),
        cairo_(cairo_create(surface_)) {}
  ~Drawing() {
    cairo_destroy(cairo_);
    cairo_surface_destroy(surface_);
  }
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

  cairo_t* get() const { return cairo_; }
  const uint8_t* data() const {
    cairo_surface_flush(surface_);
    return cairo_image_surface_get_data(surface_);
  }
  int stride() const { return cairo_image_surface_get_stride(surface_); }

  std::shared_ptr<Picture> toPicture(int width, int height) const {
    auto out = Picture::create(width, height);
    const PictureView& v = out->view();
    libyuv::ARGBToI420(data(), stride(), v.plane[0], v.stride[0], v.plane[1], v.stride[1], v.plane[2],
                       v.stride[2], width, height);
    return out;
  }

 private:
  cairo_surface_t* surface_;
  cairo_t* cairo_;
};

/// A laid-out line of text.
class Text {
 public:
  Text(cairo_t* cairo, const std::string& text, double pixels, bool bold)
      : layout_(pango_cairo_create_layout(cairo)) {
    PangoFontDescription* font = pango_font_description_new();
    pango_font_description_set_family(font, "Inter, Noto Sans, DejaVu Sans, sans-serif");
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_MEDIUM);
    pango_font_description_set_absolute_size(font, pixels * PANGO_SCALE);
    pango_layout_set_font_description(layout_, font);
    pango_font_description_free(font);
    pango_layout_set_text(layout_, text.c_str(), static_cast<int>(text.size()));
    pango_layout_set_single_paragraph_mode(layout_, TRUE);
    pango_layout_set_ellipsize(layout_, PANGO_ELLIPSIZE_END);
    measure();
  }
  ~Text() { g_object_unref(layout_); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  void limitWidth(int pixels) {
    if (width_ <= pixels) return;
    pango_layout_set_width(layout_, pixels * PANGO_SCALE);
    measure();
  }
  int width() const { return width_; }
  int height() const { return height_; }
  void draw(cairo_t* cairo, double x, double y) const {
    cairo_move_to(cairo, x, y);
    pango_cairo_show_layout(cairo, layout_);
  }

 private:
  void measure() { pango_layout_get_pixel_size(layout_, &width_, &height_); }

  PangoLayout* layout_;
  int width_ = 0;
  int height_ = 0;
};

void roundedRectangle(cairo_t* cairo, double width, double height, double radius) {
  using std::numbers::pi;
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, width - radius, radius, radius, -pi / 2, 0);
  cairo_arc(cairo, width - radius, height - radius, radius, 0, pi / 2);
  cairo_arc(cairo, radius, height - radius, radius, pi / 2, pi);
  cairo_arc(cairo, radius, radius, radius, pi, 3 * pi / 2);
  cairo_close_path(cairo);
}

/// A microphone with a stroke through it, `size` high, its left top corner at (x, y).
void crossedMicrophone(cairo_t* cairo, double x, double y, double size) {
  using std::numbers::pi;
  cairo_save(cairo);
  cairo_translate(cairo, x, y);
  cairo_scale(cairo, size / 24, size / 24);
  cairo_set_line_width(cairo, 2.2);
  cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
  cairo_set_source_rgb(cairo, 1, 0.45, 0.42);
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, 12, 6, 3.2, pi, 0);
  cairo_arc(cairo, 12, 11.5, 3.2, 0, pi);
  cairo_close_path(cairo);
  cairo_stroke(cairo);
  cairo_arc(cairo, 12, 11, 7, 0.15, pi - 0.15);
  cairo_stroke(cairo);
  cairo_move_to(cairo, 12, 18);
  cairo_line_to(cairo, 12, 22);
  cairo_move_to(cairo, 3.5, 2.5);
  cairo_line_to(cairo, 20.5, 21.5);
  cairo_stroke(cairo);
  cairo_restore(cairo);
}

int evenUp(int value) {
  return (value + 1) & ~1;
}

/// Alpha alone, and the colour as it was before Cairo multiplied it by alpha.
std::shared_ptr<Overlay> toOverlay(const Drawing& drawing, int width, int height) {
  auto out = std::make_shared<Overlay>();
  std::vector<uint8_t> argb(static_cast<size_t>(width) * static_cast<size_t>(height) * 4);
  libyuv::ARGBUnattenuate(drawing.data(), drawing.stride(), argb.data(), width * 4, width, height);
  out->alpha.resize(static_cast<size_t>(width) * static_cast<size_t>(height));
  for (size_t i = 0; i < out->alpha.size(); ++i)
    out->alpha[i] = argb[i * 4 + 3];
  out->picture = Picture::create(width, height);
  const PictureView& v = out->picture->view();
  libyuv::ARGBToI420(argb.data(), width * 4, v.plane[0], v.stride[0], v.plane[1], v.stride[1], v.plane[2],
                     v.stride[2], width, height);
  return out;
}

}  // namespace

std::string initials(const std::string& name) {
  std::string first;
  std::string last;
  bool atStart = true;
  for (const char* c = name.c_str(); *c != '\0'; c = g_utf8_next_char(c)) {
    const gunichar letter = g_utf8_get_char(c);
    if (atStart && g_unichar_isalnum(letter)) {
      char text[8] = {};
      g_unichar_to_utf8(g_unichar_toupper(letter), text);
      (first.empty() ? first : last) = text;
      atStart = false;
    }
    if (g_unichar_isspace(letter) || letter == '-') atStart = true;
  }
  return first.empty() ? "?" : first + last;
}

std::shared_ptr<const Picture> drawCard(const Person& person, int width, int height) {
  const Drawing drawing(width, height);
  cairo_t* cairo = drawing.get();
  const Rgb& colour = colourOf(person.identity);
  cairo_set_source_rgb(cairo, colour.r * 0.28, colour.g * 0.28, colour.b * 0.28);
  cairo_paint(cairo);
  const double radius = std::min(width, height) * 0.27;
  cairo_arc(cairo, width / 2.0, height / 2.0, radius, 0, 2 * std::numbers::pi);
  cairo_set_source_rgb(cairo, colour.r, colour.g, colour.b);
  cairo_fill(cairo);
  const Text text(cairo, initials(person.name), radius * 0.86, true);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  text.draw(cairo, (width - text.width()) / 2.0, (height - text.height()) / 2.0);
  return drawing.toPicture(width, height);
}

std::shared_ptr<const Overlay> drawLabel(const Person& person, int tileWidth, int tileHeight) {
  const double fontSize = std::clamp(tileHeight * 0.05, 12.0, 22.0);
  const int padding = static_cast<int>(fontSize * 0.6);
  const int icon = person.audioMuted ? static_cast<int>(fontSize * 1.3) : 0;
  const int room = tileWidth - 2 * labelInset - 2 * padding - icon;
  const Drawing measure(1, 1);
  Text text(measure.get(), person.name, fontSize, false);
  if (room < 3 * fontSize || tileHeight < text.height() + 4 * labelInset) return nullptr;
  text.limitWidth(room);

  const int width = evenUp(text.width() + 2 * padding + icon);
  const int height = evenUp(text.height() + padding / 2);
  const Drawing drawing(width, height);
  cairo_t* cairo = drawing.get();
  roundedRectangle(cairo, width, height, height / 2.0);
  cairo_set_source_rgba(cairo, 0.05, 0.06, 0.08, 0.72);
  cairo_fill(cairo);
  if (icon > 0) crossedMicrophone(cairo, padding * 0.7, (height - fontSize) / 2, fontSize);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  text.draw(cairo, padding + icon, (height - text.height()) / 2.0);
  return toOverlay(drawing, width, height);
}

std::shared_ptr<const Overlay> drawCounter(int more, int canvasHeight) {
  const double fontSize = std::clamp(canvasHeight * 0.035, 12.0, 40.0);
  const int padding = static_cast<int>(fontSize * 0.7);
  const Drawing measure(1, 1);
  const Text text(measure.get(), "+" + std::to_string(more), fontSize, true);
  const int width = evenUp(text.width() + 2 * padding);
  const int height = evenUp(text.height() + padding / 2);
  const Drawing drawing(width, height);
  cairo_t* cairo = drawing.get();
  roundedRectangle(cairo, width, height, height / 2.0);
  cairo_set_source_rgba(cairo, 0.05, 0.06, 0.08, 0.82);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  text.draw(cairo, (width - text.width()) / 2.0, (height - text.height()) / 2.0);
  return toOverlay(drawing, width, height);
}

std::shared_ptr<const Overlay> drawRecordingMark(int canvasHeight) {
  const double fontSize = std::clamp(canvasHeight * 0.028, 11.0, 32.0);
  const double dot = fontSize * 0.4;
  const int padding = static_cast<int>(fontSize * 0.7);
  const Drawing measure(1, 1);
  const Text text(measure.get(), "REC", fontSize, true);
  const int width = evenUp(static_cast<int>(2 * padding + 3 * dot) + text.width());
  const int height = evenUp(text.height() + padding / 2);
  const Drawing drawing(width, height);
  cairo_t* cairo = drawing.get();
  roundedRectangle(cairo, width, height, height / 2.0);
  cairo_set_source_rgba(cairo, 0.05, 0.06, 0.08, 0.72);
  cairo_fill(cairo);
  cairo_arc(cairo, padding + dot, height / 2.0, dot, 0, 2 * std::numbers::pi);
  cairo_set_source_rgb(cairo, 0.92, 0.2, 0.2);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  text.draw(cairo, padding + 3 * dot, (height - text.height()) / 2.0);
  return toOverlay(drawing, width, height);
}

}  // namespace tributary
