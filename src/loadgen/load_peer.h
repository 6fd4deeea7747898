#pragma once

#include <functional>
#include <memory>
#include <string>

#include "loadgen/offerer.h"
#include "loadgen/pacer.h"
#include "loadgen/receiver.h"
#include "loadgen/relay.h"
#include "loadgen/sender.h"
#include "loadgen/signalling.h"

namespace tributary::load {

/// What all peers of a run share.
struct Studio {
  std::string url;
  std::string room;
  RoomClock clock;
  ClipStore clips;
  std::shared_ptr<LatencyMeter> latency = std::make_shared<LatencyMeter>();
  Relay* relay = nullptr;  ///< null: peers talk to the server directly
  Pacer pacer;             ///< last: its thread uses senders that use the clock
};

/// What one peer is to be.
struct PeerPlan {
  std::string name;
  bool sends = true;
  bool clock = false;  ///< the picture bears the time
  CameraSpec camera;
  std::shared_ptr<const Voice> voice;
  double phase = 0;
  Receiver::Setup receiver;
};

/// One real WebRTC client of the server: signalling, webrtcbin, what it sends and what it measures.
///
/// Teardown: (1) the pacer lets go of the sender, (2) the pipeline to NULL: no streaming thread of it is
/// left, (3) the meters.
///
/// Thread: owner.
class LoadPeer {
 public:
  enum class State { joining, negotiating, connected, failed };

  static Result<std::unique_ptr<LoadPeer>> create(Studio& studio, PeerPlan plan);
  ~LoadPeer();

  State state() const { return state_; }
  const std::string& error() const { return error_; }
  const PeerPlan& plan() const { return plan_; }
  const std::string& identity() const { return identity_; }
  /// Seconds from the first byte to connected; 0 before.
  double joinSeconds() const { return joinSeconds_; }

  Receiver& receiver() { return *receiver_; }
  /// Frames and packets of sound that this process was too late to send, so far.
  uint64_t skipped() const { return sender_ ? sender_->skipped() : 0; }
  /// Where this peer is told that somebody's camera is, by the last layout; width 0 when nowhere.
  Receiver::Tile tileOf(const std::string& identity) const;

  /// Its bandwidth each way from now on, where there is a relay; 0 is no limit.
  void setLink(int kbits);

  /// Fails with that reason unless it is connected or has failed.
  void giveUp(const std::string& why);

  /// Says goodbye; its media stops.
  void leave();

 private:
  LoadPeer(Studio& studio, PeerPlan plan);
  Result<void> build();
  Result<void> addSources(GstElement* pipeline, GstElement* webrtc);
  void addTransceivers(GstElement* webrtc);
  Result<void> makeSender(const Sender::Outlets& outlets);
  void onMessage(const Json& message);
  void onRequestVideo(const Json& message);
  void fail(const std::string& why);
  void watchElement(GstElement* element);

  Studio& studio_;
  PeerPlan plan_;
  State state_ = State::joining;
  std::string error_;
  std::string identity_;
  std::string pendingOffer_;
  Json tiles_;
  int64_t startedAt_ = 0;
  double joinSeconds_ = 0;
  bool leaving_ = false;
  std::unique_ptr<Receiver> receiver_;
  std::shared_ptr<Sender> sender_;
  std::unique_ptr<RelayedPeer> relayed_;
  std::shared_ptr<Signalling> signalling_;
  std::shared_ptr<Offerer> offerer_;
};

}  // namespace tributary::load
