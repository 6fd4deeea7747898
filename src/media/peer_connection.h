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
#include "media/downlink.h"
#include "media/jitter_buffers.h"
#include "media/padding.h"
#include "media/peer_lanes.h"
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
/// thread, which stops the direct receiver, sets the pipeline to NULL, waits for pushes under way
/// (SendStream::detach; those of a DirectStream too, which end in libnice) and only then lets go of them.
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
                                                const RoomClock& clock, PeerLanes& lanes, Reaper& reaper,
                                                Callbacks callbacks);
  ~PeerConnection();

  /// A checked candidate line of the client's; empty means the last one has come.
  void addCandidate(unsigned mline, const std::string& candidate);

  State state() const { return state_; }
  GstElement* pipeline() const { return pipeline_.get(); }
  const std::string& videoCodec() const { return videoCodec_; }

  /// The factory's name of the element whose error ended it ("vp8dec"); empty where that was none.
  const std::string& failedElement() const { return failedElement_; }

  struct Counters {
    PeerOutput::Counters audioIn;
    PeerOutput::Counters videoIn;  ///< of camera and screen
    uint64_t videoLost = 0;        ///< packets of these that never came
    uint64_t audioOutLost = 0;     ///< packets that never came to the client, by its reports
    uint64_t videoOutLost = 0;
    uint64_t framesSkipped = 0;  ///< of camera and screen, not decoded
    uint64_t framesLate = 0;     ///< they came to the decoder when it was behind
    uint64_t gated = 0;          ///< dropped because the certificate was not (yet) right
    uint64_t cameraBytes = 0;    ///< of videoIn
    uint64_t direct = 0;         ///< packets that took the short way in (DirectReceiver)
    uint64_t directOut = 0;      ///< packets that took the short way out (DirectStream)
    uint64_t resent = 0;         ///< packets that the client asked for once more
    uint64_t resendRefused = 0;  ///< those beyond what Resender allows
    uint64_t floodRests = 0;     ///< times it was not read for a moment because it flooded
  };
  Counters counters() const;

  /// Tells the client by RTCP what it may send, bit/s; 0: says nothing.
  void capUplink(int bitrate);
  /// How long its sound is held at most for its camera (lip_sync.h), ns.
  void setLongestHold(int64_t most);
  /// By how much its sound is mixed before its picture (LipSync::apart()), ns.
  std::optional<int64_t> apart() const;
  /// What is known of the way to the client, to which `sent` bit/s are being sent.
  BandwidthEstimate downlink(double sent);
  /// Whether pad() does anything.
  bool canPad() { return padding_ && padding_->possible(); }
  /// All that is sent to it is to add up to that, bit/s on the wire; 0: no padding.
  void pad(double bitrate);

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
  struct Outgoing {
    std::shared_ptr<SendStream> stream;
    uint32_t ssrc = 0;
    int payloadType = 0;
    MediaLine::Kind kind = MediaLine::Kind::audio;
  };
  void takeSoundOver();
  void goDirect(const Outgoing& out, const std::string& answer);
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
  PeerLanes* lanes_ = nullptr;
  Reaper* reaper_ = nullptr;
  Callbacks callbacks_;
  State state_ = State::connecting;
  std::string videoCodec_;
  bool remoteSet_ = false;
  bool answered_ = false;
  std::string failedElement_;
  std::vector<std::pair<unsigned, std::string>> earlyCandidates_;
  ObjectPtr<GstElement> pipeline_;
  ObjectPtr<GstElement> webrtc_;
  ObjectPtr<GObject> session_;               ///< rtpsession's, once there is an answer
  std::vector<ObjectPtr<GstPad>> sinkPads_;  ///< by m-line
  std::vector<SignalConnection> signals_;
  std::vector<Outgoing> outgoing_;
  PipelineBus bus_;
  std::unique_ptr<Padding> padding_;  ///< once there is an answer
  Timer adapting_;                    ///< of the jitter buffers
  Timer deadline_;
  std::shared_ptr<Shared> shared_;  ///< what streaming threads may touch
};

}  // namespace tributary
