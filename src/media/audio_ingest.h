#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>

#include "glib/object_ptr.h"
#include "media/lip_sync.h"
#include "media/talker.h"

namespace tributary {

/// A microphone's way from RTP to its Talker. Lives in a peer's pipeline.
class AudioIngest {
 public:
  /// Adds its element to `pipeline`. `levelId`: of the header extension of RFC 6464; 0 where it was not
  /// negotiated. `lipSync` must outlive it. Thread: owner.
  static Result<std::unique_ptr<AudioIngest>> create(GstElement* pipeline, std::shared_ptr<Talker> talker,
                                                     int levelId, LipSync& lipSync);

  /// Where RTP goes in. Transfer none.
  GstPad* sinkPad() const { return sinkPad_.get(); }

 private:
  explicit AudioIngest(LipSync& lipSync) : lipSync_(lipSync) {}
  void onPacket(GstBuffer* packet);

  std::shared_ptr<Talker> talker_;
  LipSync& lipSync_;
  int levelId_ = 0;
  ObjectPtr<GstPad> sinkPad_;
};

}  // namespace tributary
