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
  int bitrate = 1'500'000;
};

struct RenditionSettings {
  std::vector<RenditionChoice> ladder;              ///< the first is what a client gets that asks for nothing
  std::map<std::string, EncoderSettings> encoders;  ///< by codec; defaultEncoder() where it has none
};

/// The renditions somebody is watching: started for the first viewer, stopped after the last.
/// Thread: owner, but for push().
class RenditionSet {
 public:
  RenditionSet(RenditionSettings settings, const CanvasFormat& canvas, const RoomClock& clock);
  ~RenditionSet();

  /// Puts `viewer` on the rendition for it, off any other. `maxHeight` 0 means no limit. It sees the new
  /// one from its next key frame on. The error says why the encoder does not start.
  Result<void> watch(const std::shared_ptr<PeerOutput>& viewer, const std::string& codec, int maxHeight);
  void unwatch(const PeerOutput* viewer);
  void requestKeyFrame(const PeerOutput* viewer);

  /// What a recorder wants: the rendition that peers with that wish get, or one of its own.
  struct TapWish {
    std::string codec;
    std::string rendition;  ///< of the ladder; empty: the first
    std::optional<RenditionChoice> own;
    std::optional<EncoderSettings> encoder;  ///< of its own
  };
  /// Gives `tap` the encoded frames. The error says why the encoder does not start.
  Result<void> tap(const std::shared_ptr<VideoTap>& tap, const TapWish& wish);
  /// When this returns at most one call of the tap is still under way.
  void untap(const VideoTap* tap);
  void requestKeyFrame(const VideoTap* tap);

  /// Hands a canvas to every encoder. Thread: the mixer's.
  void push(GstBuffer* canvas);

  struct Info {
    std::string codec;
    std::string name;
    size_t viewers;
    uint64_t frames;
  };
  std::vector<Info> list() const;
  void forEach(const std::function<void(const Rendition&)>& each) const;
  /// The key of the rendition that goes to `viewer`; empty: none.
  std::string watchedBy(const PeerOutput* viewer) const;
  uint64_t errors() const { return errors_; }

 private:
  RenditionSpec specFor(const std::string& codec, int maxHeight) const;
  RenditionSpec specFor(const TapWish& wish) const;
  Result<std::shared_ptr<Rendition>> running(const RenditionSpec& spec);
  void dropUnused(const std::string& key);
  Result<std::shared_ptr<Rendition>> start(const RenditionSpec& spec);
  void onError(const std::string& key, const std::string& sentence);
  void restartLater(const std::string& key, const RenditionSpec& spec);
  void drop(const std::string& key);

  RenditionSettings settings_;
  CanvasFormat canvas_;
  const RoomClock& clock_;
  mutable PriorityMutex mutex_;  ///< guards renditions_ against push()
  std::map<std::string, std::shared_ptr<Rendition>> renditions_;
  std::map<const PeerOutput*, std::pair<std::string, std::shared_ptr<PeerOutput>>> viewers_;  ///< → key
  std::map<const VideoTap*, std::pair<std::string, std::shared_ptr<VideoTap>>> taps_;         ///< → key
  std::map<std::string, Timer> restarts_;
  uint64_t errors_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace tributary
