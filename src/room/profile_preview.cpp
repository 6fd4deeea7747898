#include "room/profile_preview.h"

#include <cairo.h>
#include <gst/gst.h>
#include <libyuv.h>

#include <array>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>

#include "media/ticker.h"
#include "room/preview_people.h"
#include "room/room_settings.h"

namespace tributary {
namespace {

namespace fs = std::filesystem;

constexpr std::array<int, 8> headCounts = {1, 2, 3, 4, 5, 9, 16, 25};
constexpr int thumbWidth = 240;
constexpr int labelWidth = 190;
constexpr int headHeight = 34;
constexpr int space = 8;
constexpr std::chrono::seconds frameDeadline{10};

struct FreeSurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, FreeSurface>;

Surface toSurface(const PictureView& view) {
  Surface out(cairo_image_surface_create(CAIRO_FORMAT_RGB24, view.width, view.height));
  libyuv::I420ToARGB(view.plane[0], view.stride[0], view.plane[1], view.stride[1], view.plane[2],
                     view.stride[2], cairo_image_surface_get_data(out.get()),
                     cairo_image_surface_get_stride(out.get()), view.width, view.height);
  cairo_surface_mark_dirty(out.get());
  return out;
}

/// Takes canvases from the mixer's thread.
class Grabber {
 public:
  void onCanvas(GstBuffer* canvas, const CanvasFormat& format) {
    const std::lock_guard lock(mutex_);
    if (missing_ == 0 || --missing_ > 0) return;
    GstMapInfo map;
    if (!gst_buffer_map(canvas, &map, GST_MAP_READ)) return;
    surface_ = toSurface(viewOf(map, format));
    gst_buffer_unmap(canvas, &map);
    arrived_.notify_one();
  }
  /// The second canvas from now on: the first may have been begun before.
  Surface next() {
    std::unique_lock lock(mutex_);
    missing_ = 2;
    arrived_.wait_for(lock, frameDeadline, [this] { return surface_ != nullptr; });
    return std::move(surface_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  int missing_ = 0;
  Surface surface_;
};

std::string identityOf(int number) {
  return "person-" + std::to_string(number);
}

bool hasVideo(int number) {
  return number % 6 != 4;
}

/// A room of drawn people.
class Stage {
 public:
  explicit Stage(const RoomSettings& settings)
      : settings_(settings), media_(quick(mediaSettings(settings)), {}) {
    media_.watchCanvas(
        [this](GstBuffer* canvas, const CanvasFormat& format) { grabber_.onCanvas(canvas, format); });
    for (int number = 0; number < headCounts.back(); ++number) {
      media_.addPerson(identityOf(number));
      people_.push_back(drawPerson(number));
    }
    media_.setScreenShared(identityOf(0), true);
    screen_ = drawScreen();
  }

  Surface draw(const std::string& layout, int count, bool screen) {
    LayoutPolicy policy = layoutPolicy(settings_);
    policy.standard = layout;
    policy.whileScreen.clear();
    LayoutDirector director(policy);
    std::vector<LayoutDirector::Person> people;
    people.reserve(static_cast<size_t>(count));
    for (int number = 0; number < count; ++number)
      people.push_back({identityOf(number), hasVideo(number)});
    const std::string talker = identityOf(count > 1 ? 1 : 0);
    director.talks(talker, monotonicNow());
    std::vector<std::string> screens;
    if (screen) screens.push_back(identityOf(0));
    std::vector<MediaPipeline::PlacedPerson> placed;
    const auto arrangement = director.arrange(people, screens);
    for (const auto& tile : arrangement.tiles) {
      const int number = std::stoi(tile.identity.substr(identityOf(0).size() - 1));
      placed.push_back({{tile.identity, personName(number), number % 4 == 3},
                        tile.rect,
                        tile.source,
                        tile.z,
                        tile.source == Source::camera && tile.identity == talker});
    }
    media_.arrange(placed, arrangement.offCanvas);
    push(placed);
    return grabber_.next();
  }

 private:
  /// A canvas soon, whatever the profile's frame rate.
  static MediaSettings quick(MediaSettings settings) {
    settings.canvas.framerate = 25;
    settings.style.glide = std::chrono::milliseconds(0);
    return settings;
  }

  void push(const std::vector<MediaPipeline::PlacedPerson>& placed) {
    for (const auto& tile : placed) {
      const int number = std::stoi(tile.person.identity.substr(identityOf(0).size() - 1));
      const auto slot = media_.slot(tile.person.identity, tile.source);
      if (tile.source == Source::screen) {
        slot->push(screen_, monotonicNow());
      } else if (hasVideo(number)) {
        slot->push(people_[static_cast<size_t>(number)], monotonicNow());
      }
    }
  }

  const RoomSettings& settings_;
  Grabber grabber_;
  MediaPipeline media_;
  std::vector<std::shared_ptr<const Picture>> people_;
  std::shared_ptr<const Picture> screen_;
};

/// All pictures, small, a row a layout.
class ContactSheet {
 public:
  ContactSheet(size_t rows, const PipelineProfile::Canvas& canvas)
      : thumbHeight_(thumbWidth * canvas.height / canvas.width),
        surface_(cairo_image_surface_create(
            CAIRO_FORMAT_RGB24, labelWidth + static_cast<int>(headCounts.size()) * (thumbWidth + space),
            headHeight + static_cast<int>(rows) * (thumbHeight_ + space))),
        cairo_(cairo_create(surface_.get())) {
    cairo_set_source_rgb(cairo_, 0.96, 0.96, 0.97);
    cairo_paint(cairo_);
    cairo_select_font_face(cairo_, "Noto Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo_, 16);
    for (size_t column = 0; column < headCounts.size(); ++column)
      write(left(column), 23,
            std::to_string(headCounts[column]) + (headCounts[column] == 1 ? " person" : " people"));
  }
  ~ContactSheet() { cairo_destroy(cairo_); }
  ContactSheet(const ContactSheet&) = delete;
  ContactSheet& operator=(const ContactSheet&) = delete;

  void startRow(const std::string& title) {
    ++row_;
    write(space, top() + thumbHeight_ / 2.0, title);
  }
  void add(size_t column, cairo_surface_t* picture) {
    cairo_save(cairo_);
    cairo_translate(cairo_, left(column), top());
    const double scale = static_cast<double>(thumbWidth) / cairo_image_surface_get_width(picture);
    cairo_scale(cairo_, scale, scale);
    cairo_set_source_surface(cairo_, picture, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo_), CAIRO_FILTER_GOOD);
    cairo_paint(cairo_);
    cairo_restore(cairo_);
  }
  cairo_surface_t* surface() const { return surface_.get(); }

 private:
  static double left(size_t column) {
    return labelWidth + static_cast<double>(column) * (thumbWidth + space);
  }
  double top() const { return headHeight + static_cast<double>(row_) * (thumbHeight_ + space); }
  void write(double x, double y, const std::string& text) {
    cairo_set_source_rgb(cairo_, 0.12, 0.14, 0.18);
    cairo_move_to(cairo_, x, y);
    cairo_show_text(cairo_, text.c_str());
  }

  int thumbHeight_;
  int row_ = -1;
  Surface surface_;
  cairo_t* cairo_;
};

Result<void> write(cairo_surface_t* surface, const std::string& path) {
  const auto status = cairo_surface_write_to_png(surface, path.c_str());
  if (status == CAIRO_STATUS_SUCCESS) return {};
  return fail(ErrorCode::internal, path + " cannot be written: " + cairo_status_to_string(status));
}

std::string fileName(const std::string& layout, int count, bool screen) {
  return layout + (count < 10 ? "-0" : "-") + std::to_string(count) + (screen ? "-screen.png" : ".png");
}

}  // namespace

Result<void> drawPreviews(const LoadedProfile& profile, const std::string& directory,
                          const std::function<void(const std::string& path)>& onWritten) {
  std::error_code problem;
  fs::create_directories(directory, problem);
  if (problem) return fail(ErrorCode::internal, directory + " cannot be made: " + problem.message());
  RoomSettings settings;
  settings.profile = profile.profile;
  settings.profilesDir = fs::absolute(profile.files.front()).parent_path().string();
  Stage stage(settings);
  const auto layouts = LayoutDirector(layoutPolicy(settings)).names();
  ContactSheet sheet(layouts.size() * 2, settings.profile.canvas);
  const auto save = [&](cairo_surface_t* surface, const std::string& name) -> Result<void> {
    const std::string path = (fs::path(directory) / name).string();
    auto written = write(surface, path);
    if (written) onWritten(path);
    return written;
  };
  for (const auto& layout : layouts) {
    for (const bool screen : {false, true}) {
      sheet.startRow(layout + (screen ? ", screen" : ""));
      for (size_t column = 0; column < headCounts.size(); ++column) {
        const auto picture = stage.draw(layout, headCounts[column], screen);
        if (!picture) return fail(ErrorCode::timeout, "the mixer drew no picture of " + layout);
        auto saved = save(picture.get(), fileName(layout, headCounts[column], screen));
        if (!saved) return saved;
        sheet.add(column, picture.get());
      }
    }
  }
  return save(sheet.surface(), "contact-sheet.png");
}

}  // namespace tributary
