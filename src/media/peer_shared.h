#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_context.h"
#include "media/direct_receiver.h"
#include "media/direct_sender.h"
#include "media/direct_stream.h"
#include "media/peer_connection.h"
#include "media/resender.h"
#include "media/transport_cc.h"

namespace tributary {

/// The part of a PeerConnection that streaming threads may touch. It lives until the pipeline is NULL.
struct PeerConnection::Shared : std::enable_shared_from_this<PeerConnection::Shared> {
  PeerConnection* owner = nullptr;  ///< thread: owner; null once it is gone
  std::string fingerprint;
  std::shared_ptr<PeerOutput> output;
  Downlink downlink;
  std::unique_ptr<TransportCc> transportCc;  ///< null when the client does not ask for it
  std::unique_ptr<DirectSender> directSender;
  std::unique_ptr<Resender> resender;
  std::vector<std::unique_ptr<DirectStream>> directStreams;  ///< fixed once there is an answer
  std::unique_ptr<DirectReceiver> directReceiver;
  std::unique_ptr<JitterBuffers> jitterBuffers;
  std::unique_ptr<LipSync> lipSync;  ///< outlives the ingests
  std::vector<std::unique_ptr<VideoIngest>> videoIngests;
  std::unique_ptr<AudioIngest> audioIngest;
  std::vector<GstPad*> ingestPads;     ///< by m-line, null where nothing is received; fixed before PLAYING
  std::vector<MediaLine::Kind> kinds;  ///< by m-line; fixed before PLAYING
  std::optional<size_t> screenLine;
  std::optional<size_t> cameraLine;
  std::atomic<bool> verified = false;
  std::atomic<bool> mismatch = false;
  struct Received {
    std::atomic<uint64_t> packets = 0;
    std::atomic<uint64_t> bytes = 0;
  };
  Received audio;
  Received video;
  std::atomic<uint64_t> gated = 0;
  std::atomic<uint64_t> cameraBytes = 0;
  std::atomic<uint32_t> cameraSsrc = 0;
  std::atomic<int> uplinkCap = 0;             ///< bit/s, 0: none
  std::atomic<int64_t> lastScreenPacket = 0;  ///< monotonicNow()
  ReceiverReports reports;

  /// Runs `work` with the PeerConnection on the owner's thread, if it is still there. Thread: any.
  template <typename Work>
  void post(Work work) {
    main_context::post([weak = weak_from_this(), work = std::move(work)] {
      const auto shared = weak.lock();
      if (shared && shared->owner != nullptr) work(*shared->owner);
    });
  }

  /// Connects a handler whose last argument is this; it is kept alive as long as the handler may run.
  SignalConnection connect(void* object, const char* signal, GCallback handler);

  void onPadAdded(GstPad* pad);
  /// The m-line whose stream that is; nullopt when it is none that is expected.
  std::optional<size_t> lineOf(GstPad* pad) const;
  static void discard(GstPad* pad);
  void watchPackets(GstPad* pad, size_t line);
  /// Whether media may pass, of which it counts so many bytes. Thread: streaming.
  bool admit(Received& received, size_t bytes);
  GstPadProbeReturn onRtp(GstPadProbeInfo* info, Received& received);
  /// Thread: RTCP's.
  void onRtcp(GstBuffer* compound);
  void onCameraPacket(GstBuffer* packet);
  /// Adds what the peer is to be told, and mends what it is told wrongly. Thread: RTCP's.
  bool onSendingRtcp(GObject* session, GstBuffer* rtcp) const;
  /// Compares the certificate DTLS came up with. Thread: DTLS's, before media can be decrypted.
  void onDtlsState(GObject* transport);
};

}  // namespace tributary
