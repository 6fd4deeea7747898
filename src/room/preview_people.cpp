#include "room/preview_people.h"

#include <cairo.h>
#include <libyuv.h>

#include <array>
#include <cmath>
#include <numbers>

namespace tributary {
namespace {

using std::numbers::pi;

struct Rgb {
  double r, g, b;
};

constexpr std::array<Rgb, 6> walls = {{{0.80, 0.78, 0.72},
                                       {0.62, 0.70, 0.74},
                                       {0.46, 0.52, 0.60},
                                       {0.75, 0.66, 0.60},
                                       {0.58, 0.66, 0.56},
                                       {0.36, 0.38, 0.44}}};
constexpr std::array<Rgb, 5> skins = {
    {{0.95, 0.80, 0.70}, {0.87, 0.68, 0.55}, {0.72, 0.52, 0.38}, {0.52, 0.36, 0.26}, {0.38, 0.26, 0.19}}};
constexpr std::array<Rgb, 6> hairs = {{{0.12, 0.09, 0.08},
                                       {0.30, 0.19, 0.12},
                                       {0.62, 0.44, 0.22},
                                       {0.55, 0.53, 0.52},
                                       {0.45, 0.18, 0.10},
                                       {0.05, 0.05, 0.07}}};
constexpr std::array<Rgb, 7> clothes = {{{0.16, 0.24, 0.40},
                                         {0.55, 0.16, 0.20},
                                         {0.86, 0.86, 0.84},
                                         {0.18, 0.40, 0.34},
                                         {0.20, 0.20, 0.23},
                                         {0.72, 0.56, 0.22},
                                         {0.42, 0.30, 0.52}}};
constexpr std::array<const char*, 25> names = {
    "Ana Souza",    "Ben Okafor",    "Carla Rossi", "David Kim",   "Eva Lindqvist",
    "Farid Haddad", "Greta Novak",   "山田 花子",   "Iris Meyer",  "Jonas Berg",
    "Kavya Rao",    "Luis Ortega",   "Mina Park",   "نور الهاشمي", "Olga Petrova",
    "Pedro Alves",  "Quynh Tran",    "Rosa Marin",  "Samuel Osei", "Tara Byrne",
    "Ugo Moretti",  "Vera Kowalska", "Will Carter", "Ximena Diaz", "Людмила Орлова"};

/// A Cairo drawing that becomes a picture.
class Canvas {
 public:
  Canvas(int width, int height)
      : width_(width),
        height_(height),
        surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
        cairo_(cairo_create(surface_)) {}
  ~Canvas() {
    cairo_destroy(cairo_);
    cairo_surface_destroy(surface_);
  }
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  cairo_t* get() const { return cairo_; }
  void colour(const Rgb& c, double light = 1) const {
    cairo_set_source_rgb(cairo_, std::min(1.0, c.r * light), std::min(1.0, c.g * light),
                         std::min(1.0, c.b * light));
  }
  void box(double x, double y, double width, double height) const {
    cairo_rectangle(cairo_, x, y, width, height);
    cairo_fill(cairo_);
  }
  void ellipse(double x, double y, double rx, double ry) const {
    cairo_save(cairo_);
    cairo_translate(cairo_, x, y);
    cairo_scale(cairo_, rx, ry);
    cairo_arc(cairo_, 0, 0, 1, 0, 2 * pi);
    cairo_restore(cairo_);
    cairo_fill(cairo_);
  }
  std::shared_ptr<const Picture> picture() const {
    cairo_surface_flush(surface_);
    auto out = Picture::create(width_, height_);
    const PictureView& v = out->view();
    libyuv::ARGBToI420(cairo_image_surface_get_data(surface_), cairo_image_surface_get_stride(surface_),
                       v.plane[0], v.stride[0], v.plane[1], v.stride[1], v.plane[2], v.stride[2], width_,
                       height_);
    return out;
  }

 private:
  int width_;
  int height_;
  cairo_surface_t* surface_;
  cairo_t* cairo_;
};

void drawRoom(const Canvas& on, const Rgb& wall, int number) {
  cairo_pattern_t* light = cairo_pattern_create_linear(0, 0, 640, 360);
  cairo_pattern_add_color_stop_rgb(light, 0, std::min(1.0, wall.r * 1.15), std::min(1.0, wall.g * 1.15),
                                   std::min(1.0, wall.b * 1.15));
  cairo_pattern_add_color_stop_rgb(light, 1, wall.r * 0.7, wall.g * 0.7, wall.b * 0.7);
  cairo_set_source(on.get(), light);
  cairo_paint(on.get());
  cairo_pattern_destroy(light);
  const double x = number % 2 == 0 ? 40 : 470;
  if (number % 3 == 0) {  // a window
    on.colour({0.93, 0.95, 0.97});
    on.box(x, 30, 130, 170);
    on.colour({0.66, 0.80, 0.92});
    on.box(x + 8, 38, 114, 154);
    on.colour({0.93, 0.95, 0.97});
    on.box(x + 62, 30, 6, 170);
  } else {  // books
    on.colour(wall, 0.55);
    on.box(x, 130, 140, 8);
    for (int book = 0; book < 9; ++book) {
      on.colour(clothes[static_cast<size_t>(book + number) % clothes.size()], 0.85);
      const double height = 52 + (book * 37 + number * 11) % 28;
      on.box(x + 6 + book * 14.5, 130 - height, 12, height);
    }
  }
}

void drawFace(const Canvas& on, double x, double y, const Rgb& skin) {
  on.colour({0.98, 0.98, 0.98});
  on.ellipse(x - 26, y - 8, 10, 6);
  on.ellipse(x + 26, y - 8, 10, 6);
  on.colour({0.16, 0.12, 0.10});
  on.ellipse(x - 26, y - 8, 5, 5.5);
  on.ellipse(x + 26, y - 8, 5, 5.5);
  on.colour(skin, 0.82);
  on.ellipse(x, y + 16, 8, 5);
  cairo_set_line_cap(on.get(), CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width(on.get(), 4);
  on.colour({0.62, 0.28, 0.28});
  cairo_arc(on.get(), x, y + 26, 20, 0.25 * pi, 0.75 * pi);
  cairo_stroke(on.get());
}

}  // namespace

std::string personName(int number) {
  return names[static_cast<size_t>(number) % names.size()];
}

std::shared_ptr<const Picture> drawPerson(int number) {
  const Canvas on(640, 360);
  const auto index = static_cast<size_t>(number);
  const Rgb& skin = skins[(index * 3 + index / 5) % skins.size()];
  const Rgb& hair = hairs[(index * 5 + index / 6) % hairs.size()];
  const Rgb& cloth = clothes[(index * 2 + 1) % clothes.size()];
  drawRoom(on, walls[(index * 5 + index / 6) % walls.size()], number);
  const double x = 320 + (number % 5 - 2) * 9;
  const double y = 165 + (number % 4) * 6;
  const bool longHair = number % 2 == 1;
  on.colour(hair);
  if (longHair) {
    on.ellipse(x, y + 30, 98, 130);
  }
  on.colour(cloth);
  on.ellipse(x, 400, 190, 130);
  on.colour(skin, 0.9);
  on.box(x - 30, y + 60, 60, 70);
  on.ellipse(x, y + 128, 44, 26);
  on.colour(skin);
  on.ellipse(x, y, 74, 94);
  on.colour(hair);
  cairo_save(on.get());
  cairo_rectangle(on.get(), x - 110, y - 130, 220, longHair ? 90 : 78);
  cairo_clip(on.get());
  on.ellipse(x, y - 6, 82, 100);
  cairo_restore(on.get());
  drawFace(on, x, y + 8, skin);
  return on.picture();
}

std::shared_ptr<const Picture> drawScreen() {
  const Canvas on(1280, 720);
  on.colour({0.95, 0.96, 0.97});
  cairo_paint(on.get());
  on.colour({0.13, 0.20, 0.33});
  on.box(0, 0, 1280, 56);
  cairo_select_font_face(on.get(), "Noto Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  const auto write = [&on](double x, double y, double size, const Rgb& colour, const char* text) {
    cairo_set_font_size(on.get(), size);
    on.colour(colour);
    cairo_move_to(on.get(), x, y);
    cairo_show_text(on.get(), text);
  };
  write(28, 38, 24, {1, 1, 1}, "Quarterly review");
  write(60, 130, 40, {0.13, 0.16, 0.22}, "What a mixed call costs");
  cairo_select_font_face(on.get(), "Noto Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  constexpr std::array<const char*, 6> text = {
      "One picture for each person, whatever the number of people.",
      "Encoded once for each codec and size, never once for each viewer.",
      "The canvas has a clock of its own and waits for nobody.",
      "Who talks is heard by all; nobody hears themselves.",
      "A camera that is off is a card with a name.",
      "Layouts, sizes and bit rates are an admin's to choose."};
  for (size_t i = 0; i < text.size(); ++i)
    write(80, 200 + static_cast<double>(i) * 44, 22, {0.25, 0.28, 0.33}, text[i]);
  for (int bar = 0; bar < 6; ++bar) {
    on.colour(clothes[static_cast<size_t>(bar)]);
    const double height = 40 + (bar * 53) % 150;
    on.box(800 + bar * 68, 660 - height, 48, height);
  }
  on.colour({0.25, 0.28, 0.33});
  on.box(780, 660, 430, 3);
  write(80, 640, 18, {0.45, 0.48, 0.53}, "Page 3 of 12");
  return on.picture();
}

}  // namespace tributary
