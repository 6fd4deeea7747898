#pragma once

#include <memory>
#include <string>

#include "media/media_pipeline.h"
#include "rate/rate_meter.h"

namespace tributary {

/// One person's media; internal to MediaPipeline.
struct MediaPipeline::Member {
  Id id;
  std::shared_ptr<TileSlot> slot = std::make_shared<TileSlot>();
  std::shared_ptr<TileSlot> screen = std::make_shared<TileSlot>(TileSlot::Hold::always);
  std::shared_ptr<Talker> talker;
  std::shared_ptr<PeerOutput> output;
  std::unique_ptr<PeerConnection> peer;
  std::string rendition;  ///< empty: the first
  Timer moving;           ///< to it
  double toldLoss = 0;    ///< what the mixer knows of
  RateMeter videoRate{0};
  RateMeter cameraRate{0};
  RateMeter allRate{0};
  bool audioOnly = false;
  bool audioMuted = false;

  /// What stands for one of their pictures; drawn once for a name, state and size.
  struct Art {
    std::string cardKey;
    std::shared_ptr<const Picture> card;
    std::string labelKey;
    std::shared_ptr<const Overlay> label;
  };
  Art cameraArt;
  Art screenArt;
  Art& art(Source source) { return source == Source::screen ? screenArt : cameraArt; }
};

}  // namespace tributary
