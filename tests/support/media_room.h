#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "media/media_pipeline.h"
#include "protocol/sdp_offer.h"
#include "room/negotiation.h"
#include "test_peer.h"

namespace tributary::test {

/// A MediaPipeline with real webrtcbin clients, signalling by function call.
class MediaRoom {
 public:
  explicit MediaRoom(MediaSettings settings = quick());
  ~MediaRoom();

  /// 640x360 at 25 fps: what a slow machine can do many of.
  static MediaSettings quick();

  /// A client that joins and starts; its tile comes with the next arrange().
  std::shared_ptr<TestPeer> join(const std::string& id, TestPeer::Options options);
  void leave(const std::string& id);
  /// Everybody in a grid, and these people's screens before them.
  void arrange(const std::vector<std::string>& screens = {});
  /// Changes an offer on its way, as a hostile client would.
  std::function<std::string(std::string)> tamper;
  /// The answer, or why there is none, by id.
  std::map<std::string, Result<std::string>> answers;
  std::map<std::string, PeerConnection::State> states;

  /// The colour in the upper left of `of`'s tile as `by` receives it.
  TestPeer::Rgb seen(const std::string& by, const std::string& of) const;
  /// The same in the middle of `of`'s screen, or elsewhere in it: 0 to 1.
  TestPeer::Rgb seenOfScreen(const std::string& by, const std::string& of, double x = 0.5,
                             double y = 0.5) const;
  MediaPipeline& media() { return *media_; }
  TestPeer& peer(const std::string& id) { return *peers_.at(id); }

 private:
  std::map<std::string, std::shared_ptr<TestPeer>> peers_;
  std::vector<std::string> order_;
  std::map<std::string, Rect> rects_;
  std::map<std::string, Rect> screenRects_;
  std::unique_ptr<MediaPipeline> media_;
};

/// Whether two colours are the same to the eye after two lossy codecs.
bool alike(const TestPeer::Rgb& seen, uint32_t colour);

}  // namespace tributary::test
