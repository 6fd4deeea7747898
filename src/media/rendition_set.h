#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/main_context.h"
#include "base/priority_mutex.h"
#include "media/rendition.h"

namespace tributary {

/// One rung of the ladder of pictures a room can send. `bitrate` is the encoder's target, whatever the frame
/// rate.
struct RenditionChoice {
  std::string name;  ///< "720p"
  int height = 720;
  int framerate = 0;  ///< 0: the canvas's; never more than that
  int bitrate = 1'500'000;
  int stillMs = 0;  ///< not 0: single pictures, one in so many milliseconds
};

struct RenditionSettings {
  std::vector<RenditionChoice> ladder;              ///< the first is what a client gets that asks for nothing
  std::map<std::string, EncoderSettings> encoders;  ///< by codec; defaultEncoder() where it has none
};

/// The renditions somebody is watching: started for the first viewer, stopped after the last.
///
/// Nobody is left without a stream: who moves to another rendition, or has theirs replaced, sees the old one
/// until the new one has given a key frame.
///
/// Thread: owner, but for push().
class RenditionSet {
 public:
  RenditionSet(RenditionSettings settings, const CanvasFormat& canvas, const RoomClock& clock);
  ~RenditionSet();

  /// Other settings and another canvas from now on. Bit rates change in the running encoders; what else has
  /// changed replaces a rendition. When an encoder does not start, the error says why and nothing has
  /// changed.
  Result<void> reconfigure(RenditionSettings settings, const CanvasFormat& canvas);

  /// Puts `viewer` on the rendition of that name (the first where the ladder has none), off any other. It
  /// sees the new one from its next key frame on; until then the old one, or with `mute` nothing. The error
  /// says why the encoder does not start.
  Result<void> watch(const std::shared_ptr<PeerOutput>& viewer, const std::string& codec,
                     const std::string& rendition, bool mute = false);
  void unwatch(const PeerOutput* viewer);
  void requestKeyFrame(const PeerOutput* viewer);

  /// What a recorder wants: the rendition that peers with that wish get, or one of its own.
  struct TapWish {
    std::string codec;
    std::string rendition;  ///< of the ladder; empty: the first
    std::optional<RenditionChoice> own;
    std::optional<EncoderSettings> encoder;  ///< of its own
  };
  /// Gives `tap` the encoded frames, and where its rendition is replaced those of the old one until the new
  /// one has given a key frame. The error says why the encoder does not start.
  Result<void> tap(const std::shared_ptr<VideoTap>& tap, const TapWish& wish);
  /// When this returns at most one call of the tap is still under way.
  void untap(const VideoTap* tap);
  void requestKeyFrame(const VideoTap* tap);

  /// Hands a canvas of that format to every encoder. Thread: the mixer's.
  void push(GstBuffer* canvas, const CanvasFormat& format);

  struct Info {
    std::string codec;
    std::string name;
    size_t viewers;
    uint64_t frames;
  };
  std::vector<Info> list() const;
  struct Frames {
    uint64_t encoded = 0;
    uint64_t dropped = 0;  ///< the encoder was behind
  };
  /// Of all renditions there have been.
  Frames frames() const;
  void forEach(const std::function<void(const Rendition&)>& each) const;
  /// The key of the rendition that goes to `viewer`; empty: none.
  std::string watchedBy(const PeerOutput* viewer) const;
  /// Renditions that failed, by the factory of the element that said so.
  const std::map<std::string, uint64_t>& errors() const { return errors_; }

 private:
  struct Watching {
    std::string key;
    std::shared_ptr<PeerOutput> viewer;
    std::string codec;
    std::string rendition;
  };
  /// A rendition that a viewer, or a tap, still sees until the one it moves to has given a key frame.
  struct Leaving {
    std::shared_ptr<Rendition> from;
    std::shared_ptr<PeerOutput> viewer;  ///< or
    std::shared_ptr<VideoTap> tap;
    int64_t since = 0;  ///< monotonicNow()

    uint64_t present() const { return viewer ? viewer->videoSource() : tap->videoSource(); }
  };
  using Renditions = std::map<std::string, std::shared_ptr<Rendition>>;

  struct Tapping {
    std::string key;
    std::shared_ptr<VideoTap> tap;
    TapWish wish;
  };

  RenditionSpec specFor(const std::string& codec, const std::string& rendition) const;
  RenditionSpec specFor(const TapWish& wish) const;
  void withSize(RenditionSpec& spec, const RenditionChoice& choice) const;
  Result<std::shared_ptr<Rendition>> running(const RenditionSpec& spec);
  Result<std::shared_ptr<Rendition>> create(const RenditionSpec& spec);
  Result<std::shared_ptr<Rendition>> start(const RenditionSpec& spec);
  std::vector<RenditionSpec> wanted() const;
  Result<Renditions> replacements();
  void moveTaps(const Renditions& before);
  void put(Tapping& tapping, const std::shared_ptr<Rendition>& rendition);
  void put(Watching& watching, const std::shared_ptr<Rendition>& rendition, bool mute = false);
  void leave(Leaving leaving);
  void sweep();
  void dropUnused();
  void onError(const std::string& key, uint64_t id, const std::string& element, const std::string& sentence);
  void dropFailed(uint64_t id);
  void restartLater(const std::string& key, const RenditionSpec& spec);

  RenditionSettings settings_;
  CanvasFormat canvas_;
  const RoomClock& clock_;
  mutable PriorityMutex mutex_;                       ///< guards renditions_ against push()
  Renditions renditions_;                             ///< by key
  std::vector<std::shared_ptr<Rendition>> replaced_;  ///< still seen by some
  std::map<const PeerOutput*, Watching> viewers_;
  std::map<const VideoTap*, Tapping> taps_;
  std::vector<Leaving> leaving_;
  Timer sweeping_;
  std::map<std::string, Timer> restarts_;
  Frames gone_;  ///< of renditions that are no more; guarded by mutex_
  std::map<std::string, uint64_t> errors_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace tributary
