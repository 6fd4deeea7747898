#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/machine_load.h"
#include "ipc/channel.h"
#include "media/media_pipeline.h"
#include "protocol/client_message.h"
#include "room/capacity_governor.h"
#include "room/layout_director.h"
#include "room/participant.h"
#include "room/rate_controller.h"
#include "room/room_recording.h"
#include "room/room_settings.h"
#include "room/screen_shares.h"
#include "room/speaker_detector.h"
#include "room/uplink_director.h"
#include "room/uplink_watch.h"

namespace tributary {

/// One room: who is in it, what they said of themselves, where they are on the canvas. It talks to clients
/// through the server (docs/room-channel.md).
///
/// Teardown: (1) timers, (2) the recording, whose file is closed, (3) media (see MediaPipeline), (4) the
/// roster.
///
/// Thread: owner.
class Room {
 public:
  struct Outlet {
    /// `to` null means everybody who joined.
    std::function<void(const Json& to, const Json& message)> send;
    std::function<void(const std::string& sessionId, const std::string& reason, const std::string& action)>
        drop;
    std::function<void(const Json& fields)> recording;  ///< the `recording` event
  };

  using CapacitySource = std::function<CapacityReading()>;

  /// `capacity` is asked once a second how that second went, in place of the machine: for tests.
  Room(RoomSettings settings, Outlet outlet, CapacitySource capacity = nullptr);
  ~Room();

  /// Takes another profile (`profile` of the parameters); nobody is dropped. The error lists its mistakes,
  /// and then nothing has changed.
  Result<void> reconfigure(const Json& params);

  /// Somebody joins, or comes back (their tile and place are kept). The result is `joined` without what the
  /// server adds.
  Result<Json> join(const Json& params);

  /// A session has ended. `connectionLost` keeps a name card until departureTimeout.
  void leave(const std::string& sessionId, bool connectionLost);

  /// A client's message; `reply` gets {message} for `answer`, {} for ok.
  void handle(const std::string& sessionId, const Json& message, Reply reply);

  /// The requests of RoomRecording::handle().
  void record(const std::string& method, const Json& params, UniqueFd file, Reply reply);

  /// What an operator asks for; see admin_requests.cpp. `file` is where large answers go.
  void administer(const std::string& method, const Json& params, UniqueFd file, Reply reply);
  static bool isAdminRequest(std::string_view method);

  Json stats() const;
  /// Cores used since the last call.
  double load();
  MediaPipeline& media() { return *media_; }

 private:
  friend struct MessageHandler;

  Json describe() const;
  void operate(const Json& message, Reply reply);
  Result<Json> setLimits(const Json& params);
  void snapshot(UniqueFd file, Reply reply);
  Result<Json> drawPipeline(const Json& params, UniqueFd file);
  Participant* bySession(const std::string& sessionId);
  void remove(const std::string& identity, const std::string& reason);
  void arrange();
  /// Whether their camera is wanted: a viewer is neither seen nor heard, whatever they send.
  bool shows(const Participant& person) const;
  void applyMutes(const Participant& person);
  /// Tells clients what of their cameras is needed.
  void steerUplinks();
  /// Puts each viewer on the rendition that its way takes.
  void steerDownlinks();
  void steerDownlink(Participant& person);
  /// Tells clients by RTCP that send far more than they were asked for.
  void watchUplinks();
  /// Tells such a client by a message too. Both in bit/s.
  void warnOfUplink(const Participant& person, int asked, double bitrate);
  void watchFloods();
  Json layoutJson() const;
  /// Shares as the profile wants them from now on; tells clients what is new.
  void steerScreens(const Json& featuresBefore);
  /// What this room can do, so that clients offer nothing else.
  Json featuresJson() const;
  void broadcast(const Json& message);
  void announce(const Participant& participant, const char* type);
  void watchSpeakers();
  Json speakersJson() const;
  /// The person's client begins to share a screen, or stops. Errors: forbidden, saying why.
  Result<void> shareScreen(Participant& person, bool shared);
  /// Their share ends, and everybody is told, they too.
  void endShare(const std::string& identity, const char* reason);
  void watchScreens();
  void watchQuality();
  void watchCapacity();
  CapacityReading measureCapacity();
  /// Settings as the profile has them, less what is saved at the moment. arrange() must follow.
  void applyCapacity();
  Json capacityJson() const;
  void onPeerState(const std::string& identity, PeerConnection::State state);
  void sendQuality(const std::string& identity, int score);
  void checkTeardown();

  RoomSettings settings_;
  Outlet outlet_;
  std::vector<std::unique_ptr<Participant>> people_;  ///< in the order they joined
  LayoutDirector director_;
  LayoutDirector::Arrangement arrangement_;
  SpeakerDetector detector_;
  std::vector<std::string> speakers_;
  std::string dominant_;
  ScreenShares screens_;
  UplinkDirector uplinks_;
  UplinkWatch uplinkWatch_;
  CapacityGovernor capacity_;
  CapacitySource capacitySource_;
  CapacityReading capacityReading_;  ///< the last
  MachineLoad machine_;
  struct Work {
    uint64_t rendered = 0;
    uint64_t late = 0;
    uint64_t framesArrived = 0;
    uint64_t framesLate = 0;
  } work_;              ///< at the last watchCapacity()
  int savedTiles_ = 0;  ///< the most tiles while half of them are saved; 0: as the profile says
  RateController rates_;
  struct {
    uint64_t down = 0, up = 0, probes = 0;
  } moves_;  ///< of viewers between renditions
  double lastCpuSeconds_ = 0;
  int64_t lastCpuTime_ = 0;
  std::unique_ptr<MediaPipeline> media_;
  std::unique_ptr<RoomRecording> recording_;
  std::vector<Timer> timers_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace tributary
