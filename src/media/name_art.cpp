#include "media/name_art.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "media/drawing.h"
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

constexpr double smallestLetters = 10;  // pixels

const Rgb& colourOf(const std::string& identity) {
  return palette[g_str_hash(identity.c_str()) % palette.size()];
}

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

/// Of names: what is asked for, within bounds that keep small tiles readable and large ones calm.
double letterSize(double wanted, int canvasHeight) {
  const double scale = canvasHeight / 720.0;
  return std::max(smallestLetters, std::clamp(wanted, 12 * scale, 22 * scale));
}

/// What is behind the letters.
void drawBox(const Drawing& on, const NameStyle& style) {
  cairo_t* cairo = on.get();
  if (style.shape == NameStyle::Shape::outline) return;
  if (style.shape == NameStyle::Shape::bar) {
    cairo_rectangle(cairo, 0, 0, on.width(), on.height());
  } else {
    roundedRectangle(cairo, on.width(), on.height(), on.height() / 2.0);
  }
  setColour(cairo, style.background, style.opacity);
  cairo_fill(cairo);
}

void drawText(const Drawing& on, const Text& text, double x, double fontSize, const NameStyle& style) {
  cairo_t* cairo = on.get();
  const double y = (on.height() - text.height()) / 2.0;
  if (style.shape == NameStyle::Shape::outline) {
    text.outline(cairo, x, y);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cairo, fontSize * 0.22);
    setColour(cairo, style.background, style.opacity);
    cairo_stroke(cairo);
  }
  setColour(cairo, style.colour);
  text.draw(cairo, x, y);
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

std::shared_ptr<const Picture> drawCard(const Person& person, int width, int height, const NameStyle& style) {
  const Drawing drawing(width, height);
  cairo_t* cairo = drawing.get();
  const Rgb& colour = colourOf(person.identity);
  cairo_set_source_rgb(cairo, colour.r * 0.28, colour.g * 0.28, colour.b * 0.28);
  cairo_paint(cairo);
  const double radius = std::min(width, height) * 0.27;
  cairo_arc(cairo, width / 2.0, height / 2.0, radius, 0, 2 * std::numbers::pi);
  cairo_set_source_rgb(cairo, colour.r, colour.g, colour.b);
  cairo_fill(cairo);
  const Text text(cairo, initials(person.name), style.font, radius * 0.86, true);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  text.draw(cairo, (width - text.width()) / 2.0, (height - text.height()) / 2.0);
  return drawing.toPicture();
}

std::shared_ptr<const Overlay> drawLabel(const Person& person, int tileWidth, int tileHeight,
                                         const NameStyle& style, int canvasHeight) {
  const double fontSize = letterSize(tileHeight * style.size, canvasHeight);
  const int padding = static_cast<int>(fontSize * 0.6);
  const int icon = person.audioMuted ? static_cast<int>(fontSize * 1.3) : 0;
  const bool bar = style.shape == NameStyle::Shape::bar;
  const int inset = bar ? 0 : labelInset;
  const int room = tileWidth - 2 * inset - 2 * padding - icon;
  const Drawing measure(2, 2);
  Text text(measure.get(), person.name, style.font, fontSize, false);
  if (room < 3 * fontSize || tileHeight < text.height() + 4 * labelInset) return nullptr;
  text.limitWidth(room);

  const Drawing drawing(bar ? tileWidth : evenUp(text.width() + 2 * padding + icon),
                        evenUp(text.height() + padding / 2));
  cairo_t* cairo = drawing.get();
  drawBox(drawing, style);
  if (icon > 0) crossedMicrophone(cairo, padding * 0.7, (drawing.height() - fontSize) / 2, fontSize);
  drawText(drawing, text, padding + icon, fontSize, style);
  return drawing.toOverlay();
}

std::shared_ptr<const Overlay> drawCounter(int more, int canvasHeight, const NameStyle& style) {
  const double fontSize = std::clamp(canvasHeight * 0.035, 12.0, 40.0);
  const int padding = static_cast<int>(fontSize * 0.7);
  const Drawing measure(2, 2);
  const Text text(measure.get(), "+" + std::to_string(more), style.font, fontSize, true);
  const Drawing drawing(evenUp(text.width() + 2 * padding), evenUp(text.height() + padding / 2));
  NameStyle solid = style;
  solid.shape = NameStyle::Shape::pill;  // it may lie on anything
  solid.opacity = std::max(0.82, style.opacity);
  drawBox(drawing, solid);
  drawText(drawing, text, (drawing.width() - text.width()) / 2.0, fontSize, solid);
  return drawing.toOverlay();
}

std::shared_ptr<const Overlay> drawRecordingMark(int canvasHeight) {
  const double fontSize = std::clamp(canvasHeight * 0.028, 11.0, 32.0);
  const double dot = fontSize * 0.4;
  const int padding = static_cast<int>(fontSize * 0.7);
  const Drawing measure(1, 1);
  const Text text(measure.get(), "REC", NameStyle().font, fontSize, true);
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
  return drawing.toOverlay();
}

}  // namespace tributary
