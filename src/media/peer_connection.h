#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_context.h"
#include "glib/object_ptr.h"
#include "media/audio_ingest.h"
#include "media/clock.h"
#include "media/peer_output.h"
#include "media/peer_settings.h"
#include "media/pipeline_bus.h"
#include "media/reaper.h"
#include "media/receiver_reports.h"
#include "media/video_ingest.h"

namespace tributary {

/// One client's WebRTC connection: a pipeline of its own around webrtcbin. It answers one offer; a client
/// that wants to start over gets a new PeerConnection.
///
/// No media passes, either way, before DTLS is up and the client's certificate has the fingerprint its
/// offer promised.
///
/// Teardown, in this order: (1) PeerOutput closed: nothing comes from the mix any more, (2) signals and bus
/// watch disconnected, (3) the pipeline, with the ingests its callbacks point to, goes to the Reaper's
/// thread, which sets it to NULL and only then lets go of them.
///
/// Thread: owner, callbacks too.
class PeerConnection {
 public:
  enum class State { connecting, connected, disconnected, failed };

  struct Callbacks {
    std::function<void(Result<std::string> sdp)> onAnswer;  ///< exactly once
    std::function<void(const std::string& candidate, const std::string& mid, unsigned mline)> onCandidate;
    std::function<void(State)> onState;
    std::function<void()> onKeyFrameRequest;  ///< the client wants one of its rendition
  };

  struct Media {
    std::shared_ptr<TileSlot> camera;
    std::shared_ptr<TileSlot> screen;
    std::shared_ptr<Talker> microphone;
    std::shared_ptr<PeerOutput> output;
  };

  /// Starts to answer `offer`; the answer comes through onAnswer, or an error within answerDeadline.
  static std::unique_ptr<PeerConnection> create(std::string id, const PeerOffer& offer,
                                                const PeerSettings& settings, const Media& media,
                                                const RoomClock& clock, SendLanes& lanes, Reaper& reaper,
                                                Callbacks callbacks);
  ~PeerConnection();

  /// A checked candidate line of the client's; empty means the last one has come.
  void addCandidate(unsigned mline, const std::string& candidate);

  State state() const { return state_; }
  GstElement* pipeline() const { return pipeline_.get(); }
  const std::string& videoCodec() const { return videoCodec_; }

  using Quality = ReceiverReports::Quality;
  /// What the client's RTCP says of what it receives; nullopt before the first report.
  std::optional<Quality> quality() const;

  struct Counters {
    uint64_t rtpPackets = 0;  ///< received
    uint64_t rtpBytes = 0;
    uint64_t framesSkipped = 0;  ///< of camera and screen, not decoded
    uint64_t framesLate = 0;     ///< they came to the decoder when it was behind
    uint64_t gated = 0;          ///< dropped because the certificate was not (yet) right
  };
  Counters counters() const;

  /// When something last arrived of the client's screen, by monotonicNow(); 0 before.
  int64_t lastScreenPacket() const;

  /// A tenth of a second of work; under the 15 s that clients and the server wait for a reply.
  static constexpr std::chrono::seconds answerDeadline{10};

 private:
  struct Shared;

  PeerConnection() = default;
  Result<void> build(const PeerOffer& offer, const PeerSettings& settings, const Media& media,
                     const RoomClock& clock);
  Result<void> addIngests(const PeerOffer& offer, const Media& media);
  void setUpIce(const PeerSettings& settings);
  void applyOffer();
  Result<void> addLine(size_t index);
  Result<void> feedLine(const MediaLine& line, GstPad* pad);
  void handToOutput(const MediaLine& line, PeerOutput::Stream stream);
  void watchKeyFrameRequests(GstPad* pad);
  void createAnswerWhenReady();
  void createAnswer();
  void onLocalDescription(const std::string& sdp);
  void watchTransport();
  void watchReports();
  void setState(State state);
  void answer(Result<std::string> sdp);

  std::string id_;
  PeerOffer offer_;
  Media media_;
  SendLanes* lanes_ = nullptr;
  Reaper* reaper_ = nullptr;
  Callbacks callbacks_;
  State state_ = State::connecting;
  std::string videoCodec_;
  bool remoteSet_ = false;
  bool answered_ = false;
  std::vector<std::pair<unsigned, std::string>> earlyCandidates_;
  ObjectPtr<GstElement> pipeline_;
  ObjectPtr<GstElement> webrtc_;
  std::vector<ObjectPtr<GstPad>> sinkPads_;  ///< by m-line
  std::vector<SignalConnection> signals_;
  PipelineBus bus_;
  Timer deadline_;
  std::shared_ptr<Shared> shared_;  ///< what streaming threads may touch
};

}  // namespace tributary
