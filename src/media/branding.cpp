#include "media/branding.h"

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "media/drawing.h"

namespace tributary {
namespace {

namespace fs = std::filesystem;

class PngFile {
 public:
  explicit PngFile(const std::string& path) : surface_(cairo_image_surface_create_from_png(path.c_str())) {
    const auto status = cairo_surface_status(surface_);
    if (status != CAIRO_STATUS_SUCCESS)
      log::warning("picture.unreadable", {{"file", path}, {"message", cairo_status_to_string(status)}});
    usable_ = status == CAIRO_STATUS_SUCCESS && width() > 0 && height() > 0;
  }
  ~PngFile() { cairo_surface_destroy(surface_); }
  PngFile(const PngFile&) = delete;
  PngFile& operator=(const PngFile&) = delete;

  bool usable() const { return usable_; }
  int width() const { return cairo_image_surface_get_width(surface_); }
  int height() const { return cairo_image_surface_get_height(surface_); }
  /// Its upper left at the origin.
  void paint(cairo_t* cairo, double scale, double opacity) const {
    cairo_scale(cairo, scale, scale);
    cairo_set_source_surface(cairo, surface_, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_BEST);
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
    cairo_rectangle(cairo, 0, 0, width(), height());
    cairo_clip(cairo);
    cairo_paint_with_alpha(cairo, opacity);
  }

 private:
  cairo_surface_t* surface_;
  bool usable_ = false;
};

std::shared_ptr<const Picture> drawBackground(const std::string& path, const Rect& canvas, uint32_t colour) {
  const PngFile file(path);
  if (!file.usable()) return nullptr;
  const Drawing drawing(canvas.width, canvas.height);
  setColour(drawing.get(), colour);
  cairo_paint(drawing.get());
  const double scale = std::max(static_cast<double>(canvas.width) / file.width(),
                                static_cast<double>(canvas.height) / file.height());
  cairo_translate(drawing.get(), (canvas.width - file.width() * scale) / 2,
                  (canvas.height - file.height() * scale) / 2);
  file.paint(drawing.get(), scale, 1);
  return drawing.toPicture();
}

Scene::Placed drawLogo(const BrandSettings& settings, const Rect& canvas) {
  const PngFile file(settings.logo);
  if (!file.usable()) return {};
  // A wide one is bounded by the canvas's width.
  const double scale = std::min(canvas.height * settings.logoHeight / file.height(),
                                (canvas.width - 2.0 * labelInset) / file.width());
  const Drawing drawing(evenUp(std::max(2, static_cast<int>(file.width() * scale))),
                        evenUp(std::max(2, static_cast<int>(file.height() * scale))));
  file.paint(drawing.get(), scale, settings.logoOpacity);
  const Rect at = inCorner(canvas, settings.logoCorner, drawing.width(), drawing.height());
  return {drawing.toOverlay(), at.x, at.y};
}

/// Changes when the file does.
std::string stateOf(const std::string& path) {
  if (path.empty()) return "-";
  std::error_code problem;
  const auto time = fs::last_write_time(path, problem);
  return path + "@" + (problem ? "missing" : std::to_string(time.time_since_epoch().count()));
}

}  // namespace

void Branding::update(const BrandSettings& settings, const Rect& canvas, uint32_t colour) {
  const std::string state = stateOf(settings.background) + "\n" + stateOf(settings.logo) + "\n" +
                            std::to_string(colour) + "/" + std::to_string(canvas.width) + "x" +
                            std::to_string(canvas.height) + "/" +
                            std::to_string(static_cast<int>(settings.logoCorner)) + "/" +
                            std::to_string(settings.logoHeight) + "/" + std::to_string(settings.logoOpacity);
  if (state == state_) return;
  state_ = state;
  background_ = settings.background.empty() ? nullptr : drawBackground(settings.background, canvas, colour);
  logo_ = settings.logo.empty() ? Scene::Placed{} : drawLogo(settings, canvas);
}

void Branding::addTo(Scene& scene) const {
  scene.background = background_;
  if (logo_.overlay) scene.overlays.push_back(logo_);
}

Rect Branding::logoRect() const {
  if (!logo_.overlay) return {};
  return {logo_.x, logo_.y, logo_.overlay->picture->width(), logo_.overlay->picture->height()};
}

}  // namespace tributary
