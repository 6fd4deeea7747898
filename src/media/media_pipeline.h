#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "media/audio_mixer.h"
#include "media/branding.h"
#include "media/name_art.h"
#include "media/peer_connection.h"
#include "media/recorder.h"
#include "media/rendition_set.h"
#include "media/room_graph.h"
#include "media/snapshot.h"
#include "media/video_mixer.h"

namespace tributary {

struct MediaSettings {
  CanvasSettings canvas;
  AudioSettings audio;
  RenditionSettings renditions;
  PeerSettings peer;
  Fit fit = Fit::crop;
  bool showNames = true;
  NameStyle names;
  BrandSettings brand;
  TileStyle style;
};

/// All media of one room: the two mixers, the encodes, the peers. People are known by their identity.
///
/// Teardown: (1) peers (each closes its output first), (2) video mixer, then the snapshot and the renditions
/// it feeds, (3) audio mixer, (4) the Reaper, which waits for what is left of (1).
///
/// Thread: owner, callbacks too.
class MediaPipeline {
 public:
  using Id = std::string;

  struct Callbacks {
    std::function<void(const Id&, const std::string& candidate, const std::string& mid, unsigned mline)>
        onCandidate;
    std::function<void(const Id&, PeerConnection::State)> onState;
  };

  MediaPipeline(MediaSettings settings, Callbacks callbacks);
  ~MediaPipeline();

  /// Does what takes long the first time (plugins, the DTLS certificate, fonts), so that no join waits for
  /// it.
  static void warmUp();

  /// Other settings from now on, but for `peer` and the number of talker slots. Nobody is dropped: bit rates
  /// change in running encoders, the rest replaces renditions. A new canvas begins with the next arrange(),
  /// which must follow. When an encoder does not start, the error says why and nothing has changed.
  Result<void> reconfigure(const MediaSettings& settings);

  void addPerson(const Id& id);
  void removePerson(const Id& id);

  /// A new PeerConnection for that person, in place of one there may be; their tile and place in the mix
  /// stay. `onAnswer` is called once.
  void connect(const Id& id, const PeerOffer& offer, std::function<void(Result<std::string>)> onAnswer);
  /// Ends the connection if it has failed (another may have come since); the tile shows the name card.
  void disconnectFailed(const Id& id);
  void addCandidate(const Id& id, unsigned mline, const std::string& candidate);

  /// The camera is off: name card at once, whatever still arrives.
  void setVideoMuted(const Id& id, bool muted);
  /// The screen is shared from now on, or no longer. While it is not, what arrives of it is dropped.
  void setScreenShared(const Id& id, bool shared);
  /// When something last arrived of that person's screen, by monotonicNow(); 0 is never.
  int64_t lastScreenPacket(const Id& id) const;
  /// Of the newest picture that has come from their camera; 0 before one has.
  TileSlot::Size cameraSize(const Id& id) const;
  /// The microphone is off: not in the mix, whatever still arrives.
  void setAudioMuted(const Id& id, bool muted);
  /// The rendition of the ladder that goes to a client, from its next key frame on. Holds for later
  /// connections too. With `drain` nothing of the present one is sent any more, and the new one is not begun
  /// before that time: a key frame would not fit into the queue on the way.
  void setRendition(const Id& id, const std::string& rendition,
                    std::optional<std::chrono::milliseconds> drain = std::nullopt);
  /// What is sent to a client and how that goes.
  struct Downlink {
    BandwidthEstimate estimate;
    double videoBitrate = 0;  ///< bit/s of picture, on the wire, in the last second
    bool canPad = false;
  };
  /// nullopt for who is not connected. Call it several times a second.
  std::optional<Downlink> downlink(const Id& id);
  /// bit/s that come from that camera, since the last call.
  double cameraBitrate(const Id& id);
  /// How often its present connection was left unread for a moment because it flooded.
  uint64_t floodRests(const Id& id) const;
  /// Tells the client by RTCP what it may send, bit/s; 0: says nothing.
  void capUplink(const Id& id, int bitrate);
  /// All that goes to a client is to add up to that, bit/s on the wire; 0: no padding.
  void pad(const Id& id, double bitrate);
  /// The client wants sound alone: no picture is sent to it.
  void setAudioOnly(const Id& id, bool audioOnly);

  /// What is left out while the machine has nothing left.
  struct Saving {
    int frameDivisor = 1;          ///< every n-th frame of the canvas is drawn
    bool topRenditionOff = false;  ///< nobody watches the highest of several renditions
    bool operator==(const Saving&) const = default;
  };
  /// From the next frame on; viewers change renditions at a key frame.
  void save(const Saving& saving);

  struct PlacedPerson {
    Person person;
    Rect rect;
    Source source = Source::camera;
    int z = 0;           ///< people come in the order of their z
    bool talks = false;  ///< has the talker's border
  };
  /// Who is where from the next frame on, and how many more there are without a tile. Nobody else's picture
  /// is decoded.
  void arrange(const std::vector<PlacedPerson>& people, int offCanvas = 0);

  /// Feeds a recorder with the rendition for `wish` (none: sound alone) and the mix of everybody, until it
  /// is taken off. The error says why the encoder does not start.
  Result<void> record(const std::shared_ptr<Recorder>& recorder,
                      const std::optional<RenditionSet::TapWish>& wish);
  void unrecord(const std::shared_ptr<Recorder>& recorder);
  /// Says that the call is recorded: a mark in the picture, two tones.
  void showRecordingMark(bool shown);
  void playRecordingTones() { audio_->playTones(); }
  /// So that the recorder may begin, go on or change files there.
  void requestRecordedKeyFrame(const Recorder& recorder) { renditions_->requestKeyFrame(&recorder); }

  /// Gets every canvas too, from the next on; not to be written to. Thread of the
  /// calls: the mixer's.
  void watchCanvas(std::function<void(GstBuffer* canvas, const CanvasFormat& format)> sink);
  /// Where that picture's frames go; null for somebody who is not there. For previews and tests.
  std::shared_ptr<TileSlot> slot(const Id& id, Source source) const;

  std::vector<AudioMixer::Level> levels() const { return audio_->levels(); }
  AudioMixer::RecentLevels takeLevels() { return audio_->takeLevels(); }

  struct Stats {
    VideoMixer::Counters video;
    AudioMixer::Counters audio;
    std::vector<RenditionSet::Info> renditions;
    RenditionSet::Frames frames;
    /// Renditions and peers that failed, by the factory of the element that said why; `peer`: none did, the
    /// way to the client or its certificate was wrong.
    std::map<std::string, uint64_t> errors{{"peer", 0}};
    int peersConnected = 0;      ///< whose certificate is checked and who get the mix
    uint64_t framesArrived = 0;  ///< decoded, all tiles, gone ones included
    uint64_t framesSkipped = 0;  ///< not decoded: late, or nobody would have seen them
    uint64_t framesLate = 0;     ///< came to their decoder when it was behind
    uint64_t framesShown = 0;    ///< distinct ones that reached the canvas
    PeerOutput::Counters audioIn;
    PeerOutput::Counters videoIn;
    uint64_t videoLost = 0;     ///< packets of pictures that never came
    uint64_t audioOutLost = 0;  ///< packets that never came to their clients, by their reports
    uint64_t videoOutLost = 0;
    uint64_t rtpInDirect = 0;    ///< packets that took the short way in (DirectReceiver)
    uint64_t rtpOutDirect = 0;   ///< packets of the mix that took the short way out (DirectStream)
    uint64_t resent = 0;         ///< packets sent once more
    uint64_t resendRefused = 0;  ///< asked for beyond the limit
    uint64_t floodRests = 0;     ///< times a peer was not read for a moment because it flooded
    uint64_t gatedPackets = 0;   ///< refused for want of the right certificate
    PeerOutput::Counters videoOut;
    PeerOutput::Counters audioOut;
    uint64_t audioLost = 0;
    int voicesHeld = 0;  ///< for a picture that comes later (lip_sync.h)
    uint64_t audioPackets = 0;
    uint64_t audioDecoded = 0;  ///< of them: the others came from people who were silent, or not loud enough
    std::chrono::milliseconds teardown{};  ///< how long the one in hand has taken

    uint64_t rtpInPackets() const { return audioIn.packets + videoIn.packets; }
  };
  Stats stats() const;
  /// The most by which somebody's sound is mixed before their picture, or after it, ns; 0: nobody's is known.
  int64_t worstApart() const;

  /// Per person, for tests and operators: what its tile has got and shown.
  std::map<Id, TileSlot::Counters> tileCounters() const;

  /// The canvas as a JPEG; see Snapshot.
  void requestSnapshot(Snapshot::Done done) { snapshot_->request(std::move(done)); }

  /// All that runs here, as a DOT graph without secrets.
  std::string graph(const GraphWish& wish) const;

  const MediaSettings& settings() const { return settings_; }

 private:
  struct Member;

  void watch(Member& member, bool mute = false);
  void startVideo(MixerStart begin);
  void show(std::shared_ptr<const Scene> scene);
  std::shared_ptr<const Picture> cardFor(Member& member, const PlacedPerson& placed);
  std::shared_ptr<const Overlay> labelFor(Member& member, const PlacedPerson& placed);
  Rect canvasRect() const { return {0, 0, settings_.canvas.width, settings_.canvas.height}; }
  void addCounter(Scene& scene, int offCanvas);
  void retire(Member& member);
  static void addPeer(Stats& stats, const Member& member);
  std::string renditionFor(const Member& member) const;
  void decodeOnly(const Scene& scene);
  void addMixers(PipelineGraph& graph) const;
  void addMember(PipelineGraph& graph, const Member& member, const GraphWish& wish) const;

  MediaSettings settings_;
  Saving saving_;
  Callbacks callbacks_;
  RoomClock clock_;
  PeerLanes lanes_;  ///< before the reaper: goes when no peer's pipeline runs any more
  Reaper reaper_;
  std::unique_ptr<AudioMixer> audio_;
  std::unique_ptr<RenditionSet> renditions_;
  std::unique_ptr<Snapshot> snapshot_;
  std::unique_ptr<VideoMixer> video_;
  std::pair<int, std::shared_ptr<const Overlay>> counter_;  ///< the last one drawn, and its number
  Branding branding_;
  std::map<Id, std::unique_ptr<Member>> members_;
  std::mutex canvasMutex_;  ///< guards canvasSink_
  std::function<void(GstBuffer*, const CanvasFormat&)> canvasSink_;
  bool marked_ = false;  ///< the picture says that it is recorded
  Stats gone_;           ///< counters of what has been taken down
};

}  // namespace tributary
