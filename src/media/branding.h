#pragma once

#include <memory>
#include <string>

#include "media/scene.h"

namespace tributary {

/// Pictures of an admin's own. Paths are the profile's, resolved; empty is none.
struct BrandSettings {
  std::string background;  ///< PNG, scaled to cover the canvas
  std::string logo;        ///< PNG
  Corner logoCorner = Corner::topRight;
  double logoHeight = 0.08;  ///< of the canvas's
  double logoOpacity = 0.9;

  bool operator==(const BrandSettings&) const = default;
};

/// Those pictures, ready to draw. A file that cannot be read is left out and logged, once.
///
/// Thread: owner.
class Branding {
 public:
  /// Loads what has changed: the settings, the canvas, or a file since it was read.
  void update(const BrandSettings& settings, const Rect& canvas, uint32_t colour);
  /// Adds the background and the logo.
  void addTo(Scene& scene) const;
  /// Where the logo is; empty without one.
  Rect logoRect() const;

 private:
  std::string state_;  ///< of everything that decides how the pictures look
  std::shared_ptr<const Picture> background_;
  Scene::Placed logo_;
};

}  // namespace tributary
