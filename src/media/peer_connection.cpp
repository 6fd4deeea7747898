#include "media/peer_connection.h"

#define GST_USE_UNSTABLE_API
#include <gst/sdp/sdp.h>
#include <gst/video/video.h>
#include <gst/webrtc/webrtc.h>

#include <algorithm>

#include "base/log.h"
#include "media/host_addresses.h"
#include "media/peer_caps.h"
#include "media/peer_shared.h"
#include "media/prompt_feedback.h"
#include "media/short_cut.h"
#include "media/start_bitrate.h"
#include "media/thread_priority.h"
#include "media/transport_cc_sdp.h"

namespace tributary {
namespace {

constexpr int startBitrate = 1'000'000;  ///< bit/s; more than a tile of 640x360 is asked for

/// A promise whose reply (or error) is handled on the owner's thread, if the peer still exists.
template <typename Shared, typename Work>
GstPromise* promiseFor(const std::shared_ptr<Shared>& shared, Work work) {
  struct Pending {
    std::weak_ptr<Shared> shared;
    Work work;
  };
  return gst_promise_new_with_change_func(
      [](GstPromise* promise, gpointer data) {
        auto* pending = static_cast<Pending*>(data);
        const auto alive = pending->shared.lock();
        if (!alive) return;
        const GstStructure* reply = gst_promise_get_reply(promise);
        std::shared_ptr<GstStructure> copy(reply != nullptr ? gst_structure_copy(reply) : nullptr,
                                           [](GstStructure* s) {
                                             if (s != nullptr) gst_structure_free(s);
                                           });
        alive->post([copy, run = pending->work](PeerConnection& peer) { run(peer, copy.get()); });
      },
      new Pending{shared, std::move(work)}, [](gpointer data) { delete static_cast<Pending*>(data); });
}

/// webrtcbin replies to a failed request too; the failure is a field of the reply.
std::optional<std::string> errorIn(const GstStructure* reply) {
  if (reply == nullptr) return std::nullopt;
  GError* error = nullptr;
  if (!gst_structure_get(reply, "error", G_TYPE_ERROR, &error, nullptr)) return std::nullopt;
  return takeError(error, ErrorCode::invalidSdp, "webrtcbin").message;
}

ObjectPtr<GstWebRTCRTPTransceiver> transceiverOf(GstPad* pad) {
  GObject* transceiver = nullptr;
  g_object_get(pad, "transceiver", &transceiver, nullptr);
  return ObjectPtr<GstWebRTCRTPTransceiver>::adopt(transceiver);
}

GstWebRTCRTPTransceiverDirection directionOf(const MediaLine& line) {
  if (line.send && line.receive) return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV;
  if (line.send) return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY;
  if (line.receive) return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY;
  return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_INACTIVE;
}

/// Newer GStreamer (seen with 1.26) makes the transceivers of an offer as it is set, to receive only, and
/// gives no pad to send on for those. 1.22 has none yet then.
void letSend(GstElement* webrtc, size_t index) {
  GArray* all = nullptr;
  g_signal_emit_by_name(webrtc, "get-transceivers", &all);
  if (all == nullptr) return;
  for (guint i = 0; i < all->len; ++i) {
    GObject* transceiver = g_array_index(all, GObject*, i);
    guint line = 0;
    g_object_get(transceiver, "mlineindex", &line, nullptr);
    if (line == index)
      g_object_set(transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV, nullptr);
  }
  g_array_unref(all);
}

/// An SSRC that the peer does not use itself is as good as any: collisions are one in 2^31.
uint32_t newSsrc() {
  return g_random_int() | 1U;
}

/// What webrtcbin answers, and what it does not know of.
std::string answerText(const GstSDPMessage& answer, const std::vector<MediaLine>& lines) {
  GstSDPMessage* copy = nullptr;
  gst_sdp_message_copy(&answer, &copy);
  hintStartBitrate(*copy, startBitrate);
  declareTransportCc(*copy, lines);
  const std::unique_ptr<char, GFree> text(gst_sdp_message_as_text(copy));
  gst_sdp_message_free(copy);
  return text.get();
}

}  // namespace

std::unique_ptr<PeerConnection> PeerConnection::create(std::string id, const PeerOffer& offer,
                                                       const PeerSettings& settings, const Media& media,
                                                       const RoomClock& clock, PeerLanes& lanes,
                                                       Reaper& reaper, Callbacks callbacks) {
  std::unique_ptr<PeerConnection> peer(new PeerConnection);
  peer->id_ = std::move(id);
  peer->offer_ = offer;
  peer->reaper_ = &reaper;
  peer->lanes_ = &lanes;
  peer->callbacks_ = std::move(callbacks);
  peer->media_ = media;
  const auto built = peer->build(offer, settings, media, clock);
  // The caller does not hold the peer yet: an early answer goes round through the main loop.
  if (built) {
    peer->applyOffer();
  } else {
    peer->shared_->post(
        [error = built.error()](PeerConnection& self) { self.answer(tl::unexpected(error)); });
  }
  peer->deadline_ = Timer::once(answerDeadline, [self = peer.get()] {
    self->answer(fail(ErrorCode::timeout, "the answer took too long"));
  });
  return peer;
}

Result<void> PeerConnection::build(const PeerOffer& offer, const PeerSettings& settings, const Media& media,
                                   const RoomClock& clock) {
  shared_ = std::make_shared<Shared>();
  shared_->owner = this;
  shared_->fingerprint = offer.fingerprint;
  shared_->directReceiver = std::make_unique<DirectReceiver>(clock, lanes_->receive);
  shared_->output = media.output;
  shared_->lipSync = std::make_unique<LipSync>(settings.longestHold);
  pipeline_ = ObjectPtr<GstElement>::sink(gst_pipeline_new(("peer-" + id_).c_str()));
  clock.adopt(pipeline_.get());
  preferNetworkThreads(pipeline_.get());
  auto webrtc = makeElement("webrtcbin", "webrtc");
  if (!webrtc) return tl::unexpected(webrtc.error());
  webrtc_ = *webrtc;
  g_object_set(webrtc_.get(), "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency",
               static_cast<guint>(settings.latencyMs), nullptr);
  setUpIce(settings);
  gst_bin_add(GST_BIN(pipeline_.get()), webrtc_.get());
  auto ingests = addIngests(offer, media);
  if (!ingests) return ingests;

  signals_.push_back(shared_->connect(
      webrtc_.get(), "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, std::shared_ptr<Shared>* shared) {
        (*shared)->onPadAdded(pad);
      })));
  signals_.push_back(shared_->connect(
      webrtc_.get(), "on-ice-candidate",
      G_CALLBACK(+[](GstElement*, guint line, gchar* text, std::shared_ptr<Shared>* shared) {
        (*shared)->post([line, candidate = std::string(text)](PeerConnection& peer) {
          const std::string mid = line < peer.offer_.lines.size() ? peer.offer_.lines[line].mid : "";
          peer.callbacks_.onCandidate(candidate, mid, line);
        });
      })));
  signals_.push_back(
      shared_->connect(webrtc_.get(), "notify::ice-connection-state",
                       G_CALLBACK(+[](GstElement* element, GParamSpec*, std::shared_ptr<Shared>* shared) {
                         GstWebRTCICEConnectionState state{};
                         g_object_get(element, "ice-connection-state", &state, nullptr);
                         if (state == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED) {
                           (*shared)->post([](PeerConnection& peer) { peer.setState(State::failed); });
                         } else if (state == GST_WEBRTC_ICE_CONNECTION_STATE_DISCONNECTED) {
                           (*shared)->post([](PeerConnection& peer) { peer.setState(State::disconnected); });
                         }
                       })));
  bus_.watch(pipeline_.get(), [this](const std::string& element, const std::string& sentence) {
    log::error("peer.pipelineError", {{"participant", id_}, {"element", element}, {"message", sentence}});
    failedElement_ = element;
    setState(State::failed);
  });
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    return fail(ErrorCode::internal, "webrtcbin does not start");
  }
  return {};
}

Result<void> PeerConnection::addIngests(const PeerOffer& offer, const Media& media) {
  shared_->ingestPads.assign(offer.lines.size(), nullptr);
  for (size_t i = 0; i < offer.lines.size(); ++i) {
    const MediaLine& line = offer.lines[i];
    shared_->kinds.push_back(line.kind);
    if (line.kind == MediaLine::Kind::video && !line.screen) videoCodec_ = line.codec;
    if (!line.receive) continue;
    if (line.screen) shared_->screenLine = i;
    if (line.kind == MediaLine::Kind::video && !line.screen) shared_->cameraLine = i;
    if (line.kind == MediaLine::Kind::audio) {
      const auto level = line.extensions.find(audioLevelUri);
      auto ingest =
          AudioIngest::create(pipeline_.get(), media.microphone,
                              level != line.extensions.end() ? level->second : 0, *shared_->lipSync);
      if (!ingest) return tl::unexpected(ingest.error());
      shared_->ingestPads[i] = (*ingest)->sinkPad();
      shared_->audioIngest = std::move(*ingest);
      continue;
    }
    const VideoCodec* codec = findVideoCodec(line.codec);
    if (codec == nullptr) return fail(ErrorCode::unsupportedCodec, "no video codec " + line.codec);
    auto ingest = VideoIngest::create(pipeline_.get(), *codec, line.screen ? "screen" : "camera",
                                      line.screen ? media.screen : media.camera,
                                      line.screen ? nullptr : shared_->lipSync.get());
    if (!ingest) return tl::unexpected(ingest.error());
    shared_->ingestPads[i] = (*ingest)->sinkPad();
    shared_->videoIngests.push_back(std::move(*ingest));
  }
  return {};
}

void PeerConnection::setUpIce(const PeerSettings& settings) {
  GObject* found = nullptr;
  g_object_get(webrtc_.get(), "ice-agent", &found, nullptr);
  const auto ice = ObjectPtr<GObject>::adopt(found);
  // Every SSRC a client makes up costs a jitter buffer with a thread.
  const auto rtpbin = ObjectPtr<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(webrtc_.get()), "rtpbin"));
  // Sender reports tie RTP time to our time stamps. By default they wait for a latency that nobody configures
  // here, and say something else at each report; clients then hold the picture back for sound that is not
  // late.
  g_object_set(rtpbin.get(), "max-streams", static_cast<guint>(settings.maxStreams), "rtcp-sync-send-time",
               FALSE, nullptr);
  if (const int id = transportCcId(offer_.lines))
    shared_->transportCc = std::make_unique<TransportCc>(id, shared_->downlink);
  shared_->directSender = std::make_unique<DirectSender>(webrtc_.get());
  shared_->resender =
      std::make_unique<Resender>(shared_->output, *shared_->directSender, shared_->transportCc.get());
  signals_.push_back(shared_->connect(
      rtpbin.get(), "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, std::shared_ptr<Shared>* shared) {
        if ((*shared)->transportCc) (*shared)->transportCc->watch(pad);
        (*shared)->directSender->watch(pad);
      })));
  shared_->jitterBuffers = std::make_unique<JitterBuffers>(settings.latencyMs);
  signals_.push_back(shared_->connect(
      rtpbin.get(), "new-jitterbuffer",
      G_CALLBACK(+[](GstElement*, GstElement* buffer, guint, guint, std::shared_ptr<Shared>* shared) {
        (*shared)->jitterBuffers->add(buffer);
      })));
  adapting_ = Timer::every(std::chrono::seconds(1), [this] {
    shared_->jitterBuffers->adapt(shared_->downlink.estimate().roundTripMs);
  });
  if (settings.udpPortMin > 0) {
    g_object_set(ice.get(), "min-rtp-port", static_cast<guint>(settings.udpPortMin), "max-rtp-port",
                 static_cast<guint>(settings.udpPortMax), nullptr);
  }
  g_object_get(ice.get(), "agent", &found, nullptr);
  const auto agent = ObjectPtr<GObject>::adopt(found);
  // UPnP would open an HTTP server in here; consent checks (RFC 7675) tell a dead peer from a quiet one.
  g_object_set(agent.get(), "upnp", FALSE, "ice-tcp", FALSE, "keepalive-conncheck", TRUE, nullptr);
  gatherAtRoutableAddresses(agent.get());
  if (!settings.stunServer.empty()) {
    g_object_set(webrtc_.get(), "stun-server", settings.stunServer.c_str(), nullptr);
  }
}

void PeerConnection::applyOffer() {
  GstSDPMessage* sdp = nullptr;
  if (gst_sdp_message_new_from_text(offer_.sdp.c_str(), &sdp) != GST_SDP_OK) {
    shared_->post([](PeerConnection& peer) {
      peer.answer(fail(ErrorCode::invalidSdp, "the offer is no SDP that GStreamer can read"));
    });
    return;
  }
  hideTransportCc(*sdp);
  GstWebRTCSessionDescription* description =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  GstPromise* promise = promiseFor(shared_, [](PeerConnection& peer, const GstStructure* reply) {
    if (const auto error = errorIn(reply)) return peer.answer(fail(ErrorCode::invalidSdp, *error));
    peer.remoteSet_ = true;
    for (size_t i = 0; i < peer.offer_.lines.size(); ++i) {
      const auto added = peer.addLine(i);
      if (!added) return peer.answer(tl::unexpected(added.error()));
    }
    for (const auto& [line, candidate] : std::exchange(peer.earlyCandidates_, {})) {
      peer.addCandidate(line, candidate);
    }
    peer.createAnswerWhenReady();
  });
  g_signal_emit_by_name(webrtc_.get(), "set-remote-description", description, promise);
  gst_promise_unref(promise);
  gst_webrtc_session_description_free(description);
}

Result<void> PeerConnection::addLine(size_t index) {
  const MediaLine& line = offer_.lines[index];
  const std::string padName = "sink_" + std::to_string(index);
  letSend(webrtc_.get(), index);
  auto pad = ObjectPtr<GstPad>::adopt(gst_element_request_pad_simple(webrtc_.get(), padName.c_str()));
  if (!pad) return fail(ErrorCode::internal, "webrtcbin gives no pad for m-line " + std::to_string(index));
  GstCaps* caps = lineCaps(line);
  g_object_set(transceiverOf(pad.get()).get(), "codec-preferences", caps, "direction", directionOf(line),
               "do-nack", line.kind == MediaLine::Kind::video, nullptr);
  gst_caps_unref(caps);
  sinkPads_.push_back(pad);
  return line.send ? feedLine(line, pad.get()) : Result<void>{};
}

Result<void> PeerConnection::feedLine(const MediaLine& line, GstPad* pad) {
  const uint32_t ssrc = newSsrc();
  shared_->reports.expect(ssrc);
  signals_.push_back(shared_->connect(
      pad, "notify::caps", G_CALLBACK(+[](GstPad*, GParamSpec*, std::shared_ptr<Shared>* shared) {
        (*shared)->post([](PeerConnection& peer) { peer.createAnswerWhenReady(); });
      })));
  const bool video = line.kind == MediaLine::Kind::video;
  // A second of either; what a peer that cannot keep up loses is its own.
  const auto stream = video ? std::make_shared<SendStream>(lanes_->video, "video-out", 400)
                            : std::make_shared<SendStream>(lanes_->audio, "audio-out", 50);
  if (video) watchKeyFrameRequests(stream->pad());
  GstCaps* caps = sendingCaps(line, ssrc);
  const bool started = stream->start(pad, caps);
  gst_caps_unref(caps);
  if (!started) return fail(ErrorCode::internal, "webrtcbin does not take what is sent to it");
  outgoing_.push_back({stream, ssrc, line.payloadType, line.kind});
  handToOutput(line, {stream, RtpRewriter(line.payloadType, ssrc, static_cast<uint32_t>(line.clockRate))});
  return {};
}

void PeerConnection::handToOutput(const MediaLine& line, PeerOutput::Stream stream) {
  stream.rewriter.setTransportCcId(transportCcId({line}));
  if (line.kind == MediaLine::Kind::audio) return media_.output->setAudio(std::move(stream));
  const auto colourSpace = line.extensions.find(colourSpaceUri);
  if (colourSpace != line.extensions.end()) stream.rewriter.setColourSpaceId(colourSpace->second);
  media_.output->setVideo(std::move(stream));
}

void PeerConnection::watchKeyFrameRequests(GstPad* pad) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer shared) {
        if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info))) {
          static_cast<Shared*>(shared)->post(
              [](PeerConnection& peer) { peer.callbacks_.onKeyFrameRequest(); });
        }
        return GST_PAD_PROBE_OK;
      },
      shared_.get(), nullptr);
}

void PeerConnection::createAnswerWhenReady() {
  // An answer made before the pads have caps names no media SSRC, and Chromium then shows nothing.
  if (answered_ || sinkPads_.size() != offer_.lines.size()) return;
  for (size_t i = 0; i < sinkPads_.size(); ++i) {
    if (offer_.lines[i].send && !gst_pad_has_current_caps(sinkPads_[i].get())) return;
  }
  answered_ = true;
  createAnswer();
}

void PeerConnection::createAnswer() {
  GstPromise* promise = promiseFor(shared_, [](PeerConnection& peer, const GstStructure* reply) {
    if (const auto error = errorIn(reply)) return peer.answer(fail(ErrorCode::invalidSdp, *error));
    GstWebRTCSessionDescription* answer = nullptr;
    if (reply == nullptr ||
        !gst_structure_get(reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, nullptr)) {
      return peer.answer(fail(ErrorCode::internal, "webrtcbin made no answer"));
    }
    const std::string sdp = answerText(*answer->sdp, peer.offer_.lines);
    GstPromise* done = promiseFor(peer.shared_, [sdp](PeerConnection& self, const GstStructure* applied) {
      if (const auto error = errorIn(applied)) return self.answer(fail(ErrorCode::invalidSdp, *error));
      self.onLocalDescription(sdp);
    });
    g_signal_emit_by_name(peer.webrtc_.get(), "set-local-description", answer, done);
    gst_promise_unref(done);
    gst_webrtc_session_description_free(answer);
  });
  g_signal_emit_by_name(webrtc_.get(), "create-answer", nullptr, promise);
  gst_promise_unref(promise);
}

void PeerConnection::onLocalDescription(const std::string& sdp) {
  for (const auto& out : outgoing_) {
    takeShortCut(out.stream->pad());
    goDirect(out, sdp);
  }
  takeSoundOver();
  shared_->directReceiver->watch(webrtc_.get());
  watchTransport();
  watchReports();
  answer(sdp);
}

void PeerConnection::takeSoundOver() {
  const auto line = std::ranges::find_if(offer_.lines, [](const MediaLine& each) {
    return each.kind == MediaLine::Kind::audio && each.receive;
  });
  if (line == offer_.lines.end()) return;
  const auto gate = [shared = shared_.get()](size_t bytes) { return shared->admit(shared->audio, bytes); };
  if (!shared_->audioIngest->takeOver(webrtc_.get(), line->payloadType, gate))
    log::warning("peer.soundTheLongWay", {{"participant", id_}});
}

/// Packets wait for DTLS, and that for the answer: none has been sent yet.
void PeerConnection::goDirect(const Outgoing& out, const std::string& answer) {
  const auto agreed = retransmissionOf(answer, out.ssrc, out.payloadType);
  if (agreed && !shared_->resender->takeOver(webrtc_.get(), *agreed)) return;
  auto direct = std::make_unique<DirectStream>(out.ssrc, *shared_->directSender, shared_->transportCc.get(),
                                               agreed ? shared_->resender.get() : nullptr);
  out.stream->setDirect(
      [way = direct.get()](GstBuffer* const* packets, unsigned count) { return way->send(packets, count); });
  shared_->directStreams.push_back(std::move(direct));
}

void PeerConnection::watchReports() {
  const auto session = promptFeedback(webrtc_.get());
  if (!session) return;
  signals_.push_back(
      shared_->connect(session.get(), "on-receiving-rtcp",
                       G_CALLBACK(+[](GObject*, GstBuffer* rtcp, std::shared_ptr<Shared>* shared) {
                         (*shared)->onRtcp(rtcp);
                       })));
  g_object_set_data_full(G_OBJECT(pipeline_.get()), "rtp-session", g_object_ref(session.get()),
                         g_object_unref);
  signals_.push_back(shared_->connect(
      session.get(), "on-sending-rtcp",
      G_CALLBACK(+[](GObject* from, GstBuffer* rtcp, gboolean, std::shared_ptr<Shared>* shared) -> gboolean {
        return (*shared)->onSendingRtcp(from, rtcp) ? TRUE : FALSE;
      })));
  session_ = session;
  padding_ = std::make_unique<Padding>(*shared_->resender, media_.output);
}

BandwidthEstimate PeerConnection::downlink(double sent) {
  shared_->downlink.setSent(sent);
  return shared_->downlink.estimate();
}

void PeerConnection::setLongestHold(int64_t most) {
  shared_->lipSync->setMost(most);
}

std::optional<int64_t> PeerConnection::apart() const {
  return shared_->lipSync->apart();
}

void PeerConnection::capUplink(int bitrate) {
  shared_->uplinkCap = bitrate;
  if (bitrate == 0 || !session_) return;
  constexpr guint64 soon = 100'000'000;  // ns
  g_signal_emit_by_name(session_.get(), "send-rtcp", soon);
}

void PeerConnection::pad(double bitrate) {
  if (padding_) padding_->setTarget(bitrate);
}

void PeerConnection::watchTransport() {
  // max-bundle: one transport carries all, so the first m-line's will do.
  const auto transceiver = transceiverOf(sinkPads_.front().get());
  GObject* found = nullptr;
  g_object_get(transceiver.get(), "sender", &found, nullptr);
  const auto sender = ObjectPtr<GObject>::adopt(found);
  g_object_get(sender.get(), "transport", &found, nullptr);
  const auto transport = ObjectPtr<GObject>::adopt(found);
  if (!transport) return answer(fail(ErrorCode::internal, "webrtcbin has no DTLS transport"));
  signals_.push_back(
      shared_->connect(transport.get(), "notify::state",
                       G_CALLBACK(+[](GObject* object, GParamSpec*, std::shared_ptr<Shared>* shared) {
                         (*shared)->onDtlsState(object);
                       })));
  g_object_set_data_full(G_OBJECT(pipeline_.get()), "dtls-transport", g_object_ref(transport.get()),
                         g_object_unref);
  shared_->onDtlsState(transport.get());
}

void PeerConnection::answer(Result<std::string> sdp) {
  if (!callbacks_.onAnswer) return;
  deadline_.stop();
  const auto callback = std::exchange(callbacks_.onAnswer, nullptr);
  callback(std::move(sdp));  // may destroy us
}

void PeerConnection::addCandidate(unsigned mline, const std::string& candidate) {
  main_context::assertOwner();
  if (!remoteSet_) {
    if (earlyCandidates_.size() < 64) earlyCandidates_.emplace_back(mline, candidate);
    return;
  }
  if (candidate.empty()) return;  // webrtcbin 1.22 has no use for the end of candidates
  g_signal_emit_by_name(webrtc_.get(), "add-ice-candidate", mline, candidate.c_str());
}

void PeerConnection::setState(State state) {
  if (state == state_ || state_ == State::failed) return;
  state_ = state;
  if (callbacks_.onState) callbacks_.onState(state);  // may destroy us
}

PeerConnection::Counters PeerConnection::counters() const {
  Counters out;
  out.audioIn = {shared_->audio.packets, shared_->audio.bytes};
  out.videoIn = {shared_->video.packets, shared_->video.bytes};
  if (shared_->jitterBuffers) out.videoLost = shared_->jitterBuffers->videoLost();
  for (const auto& sent : outgoing_)
    (sent.kind == MediaLine::Kind::audio ? out.audioOutLost : out.videoOutLost) +=
        shared_->reports.lost(sent.ssrc);
  out.gated = shared_->gated;
  out.cameraBytes = shared_->cameraBytes;
  out.direct = shared_->directReceiver->packets();
  out.floodRests = shared_->directReceiver->rests();
  if (shared_->resender) {
    out.resent = shared_->resender->sent();
    out.resendRefused = shared_->resender->refused();
  }
  for (const auto& stream : shared_->directStreams)
    out.directOut += stream->direct();
  for (const auto& ingest : shared_->videoIngests) {
    out.framesSkipped += ingest->counters().skipped;
    out.framesLate += ingest->counters().late;
  }
  return out;
}

int64_t PeerConnection::lastScreenPacket() const {
  return shared_->lastScreenPacket;
}

PeerConnection::~PeerConnection() {
  if (!shared_) return;
  shared_->owner = nullptr;
  padding_.reset();
  adapting_.stop();
  media_.output->close();
  signals_.clear();
  bus_.stop();
  sinkPads_.clear();
  session_.reset();
  webrtc_.reset();
  const auto detach = [outgoing = std::move(outgoing_)] {
    for (const auto& out : outgoing)
      out.stream->detach();
  };
  const auto stopReceiving = [shared = shared_.get()] {
    if (shared->directReceiver) shared->directReceiver->stop();
  };
  if (pipeline_) reaper_->take({std::move(pipeline_), std::move(shared_), stopReceiving, detach});
}

}  // namespace tributary
