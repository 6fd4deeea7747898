#include "loadgen/face_painter.h"

#include <cairo.h>
#include <libyuv.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tributary::load {
namespace {

struct Rgb {
  double r, g, b;
};

constexpr std::array<Rgb, 6> skins = {{{0.95, 0.78, 0.66},
                                       {0.55, 0.38, 0.28},
                                       {0.85, 0.65, 0.50},
                                       {0.40, 0.27, 0.20},
                                       {0.98, 0.84, 0.74},
                                       {0.72, 0.52, 0.40}}};
constexpr std::array<Rgb, 6> clothes = {{{0.20, 0.35, 0.60},
                                         {0.60, 0.22, 0.25},
                                         {0.25, 0.45, 0.30},
                                         {0.35, 0.30, 0.45},
                                         {0.75, 0.70, 0.60},
                                         {0.15, 0.16, 0.20}}};
constexpr std::array<Rgb, 6> walls = {{{0.78, 0.76, 0.70},
                                       {0.55, 0.62, 0.66},
                                       {0.70, 0.62, 0.55},
                                       {0.45, 0.50, 0.42},
                                       {0.62, 0.58, 0.66},
                                       {0.84, 0.84, 0.86}}};

const Rgb& pick(const std::array<Rgb, 6>& from, int person, int factor) {
  return from[static_cast<size_t>(person * factor) % from.size()];
}

/// A wave of whole periods in the loop, so that its end meets its beginning; −1 … 1.
double wave(double seconds, double loopSeconds, int periods, double phase) {
  return std::sin(2 * std::numbers::pi * (seconds / loopSeconds * periods + phase));
}

void set(cairo_t* c, const Rgb& colour, double light = 1) {
  cairo_set_source_rgb(c, colour.r * light, colour.g * light, colour.b * light);
}

void ellipse(cairo_t* c, double x, double y, double rx, double ry) {
  cairo_save(c);
  cairo_translate(c, x, y);
  cairo_scale(c, rx, ry);
  cairo_arc(c, 0, 0, 1, 0, 2 * std::numbers::pi);
  cairo_restore(c);
  cairo_fill(c);
}

/// A wall with shelves of books: detail that stands still, as behind most people.
void paintRoom(cairo_t* c, int person) {
  cairo_pattern_t* light = cairo_pattern_create_linear(0, 0, 1.78, 1);
  const Rgb& wall = pick(walls, person, 5);
  cairo_pattern_add_color_stop_rgb(light, 0, wall.r, wall.g, wall.b);
  cairo_pattern_add_color_stop_rgb(light, 1, wall.r * 0.6, wall.g * 0.6, wall.b * 0.6);
  cairo_set_source(c, light);
  cairo_paint(c);
  cairo_pattern_destroy(light);
  for (int shelf = 0; shelf < 3; ++shelf) {
    const double y = 0.12 + 0.2 * shelf;
    for (int book = 0; book < 14; ++book) {
      const double x = (person % 2 == 0 ? 0.05 : 1.10) + 0.042 * book;
      const double height = 0.09 + 0.04 * ((book * 7 + shelf * 5 + person) % 5) / 4;
      set(c, pick(clothes, book + shelf + person, 5), 0.9);
      cairo_rectangle(c, x, y + 0.14 - height, 0.034, height);
      cairo_fill(c);
    }
  }
}

void paintHead(cairo_t* c, int person, double seconds, double loop) {
  const double phase = 0.13 * person;
  const double x = 0.89 + 0.05 * wave(seconds, loop, 1, phase) + 0.012 * wave(seconds, loop, 5, phase);
  const double y = 0.45 + 0.02 * wave(seconds, loop, 2, phase) + 0.008 * wave(seconds, loop, 7, phase);
  set(c, pick(clothes, person, 1));
  ellipse(c, x * 0.5 + 0.445, 1.05, 0.46, 0.33);
  set(c, pick(skins, person, 1), 0.85);
  cairo_rectangle(c, x - 0.07, y + 0.12, 0.14, 0.2);
  cairo_fill(c);
  set(c, pick(clothes, person + 3, 1), 0.35);  // hair
  ellipse(c, x, y - 0.05, 0.205, 0.27);
  set(c, pick(skins, person, 1));
  ellipse(c, x, y, 0.175, 0.24);
  const bool blink = std::fmod(seconds + person * 0.7, 2.9) < 0.12;
  const double look = 0.012 * wave(seconds, loop, 3, phase);
  for (const double side : {-1.0, 1.0}) {
    set(c, {0.97, 0.97, 0.95});
    ellipse(c, x + side * 0.07, y - 0.04, 0.034, blink ? 0.003 : 0.02);
    set(c, {0.15, 0.1, 0.08});
    if (!blink) ellipse(c, x + side * 0.07 + look, y - 0.04, 0.013, 0.015);
  }
  const double open = std::max(0.0, wave(seconds, loop, 11, phase)) * std::abs(wave(seconds, loop, 3, phase));
  set(c, {0.55, 0.2, 0.2});
  ellipse(c, x, y + 0.13, 0.06, 0.012 + 0.035 * open);
}

/// What a sensor adds: ±2 of brightness, different in each picture.
void addNoise(const PictureView& view, uint32_t seed) {
  uint32_t state = seed * 2654435761U + 1;
  for (int row = 0; row < view.height; ++row) {
    uint8_t* line = view.plane[0] + static_cast<ptrdiff_t>(row) * view.stride[0];
    for (int column = 0; column < view.width; ++column) {
      state = state * 1664525U + 1013904223U;
      const int noisy = line[column] + static_cast<int>(state >> 30) - 1;
      line[column] = static_cast<uint8_t>(std::clamp(noisy, 16, 235));
    }
  }
}

}  // namespace

std::shared_ptr<Picture> paintFace(int person, double seconds, double loopSeconds, int width, int height) {
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  cairo_t* c = cairo_create(surface);
  cairo_scale(c, height, height);  // the picture is 1 high, whatever its size
  cairo_translate(c, (static_cast<double>(width) / height - 16.0 / 9) / 2, 0);
  paintRoom(c, person);
  paintHead(c, person, seconds, loopSeconds);
  cairo_destroy(c);
  cairo_surface_flush(surface);
  auto picture = Picture::create(width, height);
  const PictureView& view = picture->view();
  libyuv::ARGBToI420(cairo_image_surface_get_data(surface), cairo_image_surface_get_stride(surface),
                     view.plane[0], view.stride[0], view.plane[1], view.stride[1], view.plane[2],
                     view.stride[2], width, height);
  cairo_surface_destroy(surface);
  addNoise(view, static_cast<uint32_t>(person * 7919 + static_cast<int>(seconds * 1000)));
  return picture;
}

}  // namespace tributary::load
