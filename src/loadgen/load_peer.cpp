#include "loadgen/load_peer.h"

#define GST_USE_UNSTABLE_API
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <gst/webrtc/webrtc.h>

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/main_context.h"
#include "media/codec_table.h"
#include "media/elements.h"
#include "media/peer_settings.h"
#include "media/ticker.h"

namespace tributary::load {
namespace {

constexpr int videoPayloadType = 96;
constexpr int audioPayloadType = 111;
/// How long a receiver's jitter buffer waits for what is missing: a browser's adapts; here it is from the
/// start what one lost retransmission takes.
guint patience(const Relay* relay) {
  constexpr double quiet = 80;  // ms
  return static_cast<guint>(quiet + (relay != nullptr ? 2 * relay->worstRoundTripMs() : 0));
}

/// A player behind a bad network shows pictures as evenly as its jitter buffer lets it.
Receiver::Setup withPlayout(Receiver::Setup setup, const Relay* relay) {
  if (relay != nullptr) setup.playout = patience(relay) * 1e-3;
  return setup;
}

constexpr const char* transportCcField = "extmap-3";  // id 1 is the audio level's

GstCaps* videoCaps(const std::string& codec, uint32_t ssrc) {
  GstCaps* caps = gst_caps_new_simple(
      "application/x-rtp", "media", G_TYPE_STRING, "video", "encoding-name", G_TYPE_STRING, codec.c_str(),
      "payload", G_TYPE_INT, videoPayloadType, "clock-rate", G_TYPE_INT, 90'000, "rtcp-fb-nack",
      G_TYPE_BOOLEAN, TRUE, "rtcp-fb-nack-pli", G_TYPE_BOOLEAN, TRUE, "rtcp-fb-ccm-fir", G_TYPE_BOOLEAN, TRUE,
      "rtcp-fb-transport-cc", G_TYPE_BOOLEAN, TRUE, transportCcField, G_TYPE_STRING, transportCcUri, nullptr);
  if (codec == "H264") {
    gst_caps_set_simple(caps, "profile-level-id", G_TYPE_STRING, "42e01f", "packetization-mode",
                        G_TYPE_STRING, "1", "level-asymmetry-allowed", G_TYPE_STRING, "1", nullptr);
  }
  if (ssrc != 0) gst_caps_set_simple(caps, "ssrc", G_TYPE_UINT, ssrc, nullptr);
  return caps;
}

GstCaps* audioCaps(uint32_t ssrc) {
  GstCaps* caps = gst_caps_new_simple(
      "application/x-rtp", "media", G_TYPE_STRING, "audio", "encoding-name", G_TYPE_STRING, "OPUS", "payload",
      G_TYPE_INT, audioPayloadType, "clock-rate", G_TYPE_INT, 48'000, "encoding-params", G_TYPE_STRING, "2",
      "rtcp-fb-transport-cc", G_TYPE_BOOLEAN, TRUE, transportCcField, G_TYPE_STRING, transportCcUri, nullptr);
  if (ssrc != 0) {
    gst_caps_set_simple(caps, "ssrc", G_TYPE_UINT, ssrc, "extmap-1", G_TYPE_STRING,
                        "urn:ietf:params:rtp-hdrext:ssrc-audio-level", nullptr);
  }
  return caps;
}

}  // namespace

LoadPeer::LoadPeer(Studio& studio, PeerPlan plan)
    : studio_(studio),
      plan_(std::move(plan)),
      startedAt_(monotonicNow()),
      receiver_(std::make_unique<Receiver>(withPlayout(plan_.receiver, studio_.relay))) {}

Result<std::unique_ptr<LoadPeer>> LoadPeer::create(Studio& studio, PeerPlan plan) {
  std::unique_ptr<LoadPeer> out(new LoadPeer(studio, std::move(plan)));
  if (const auto built = out->build(); !built) return tl::unexpected(built.error());
  return out;
}

LoadPeer::~LoadPeer() {
  if (sender_) studio_.pacer.remove(sender_.get());
  signalling_.reset();
  offerer_.reset();
}

Result<void> LoadPeer::build() {
  if (studio_.relay != nullptr) {
    auto relayed = RelayedPeer::create(*studio_.relay);
    if (!relayed) return tl::unexpected(relayed.error());
    relayed_ = std::move(*relayed);
  }
  auto webrtc = makeElement("webrtcbin", "webrtc");
  if (!webrtc) return tl::unexpected(webrtc.error());
  auto pipeline = ObjectPtr<GstElement>::sink(gst_pipeline_new(nullptr));
  studio_.clock.adopt(pipeline.get());
  g_object_set(webrtc->get(), "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency",
               patience(studio_.relay), nullptr);
  g_signal_connect(
      pipeline.get(), "deep-element-added",
      G_CALLBACK(+[](GstBin*, GstBin*, GstElement* element, LoadPeer* self) { self->watchElement(element); }),
      this);
  gst_bin_add(GST_BIN(pipeline.get()), webrtc->get());
  if (plan_.sends) {
    if (auto added = addSources(pipeline.get(), webrtc->get()); !added) return added;
  } else {
    addTransceivers(webrtc->get());
  }
  Offerer::Callbacks callbacks;
  callbacks.onOffer = [this](const std::string& sdp) {
    pendingOffer_ = sdp;
    if (!identity_.empty()) signalling_->send(Json::object({{"type", "offer"}, {"id", 2}, {"sdp", sdp}}));
  };
  callbacks.onCandidate = [this](const std::string& candidate, unsigned mline) {
    const auto line = relayed_ ? relayed_->fromPeer(candidate) : candidate;
    if (!line || identity_.empty()) return;
    signalling_->send(Json::object({{"type", "candidate"}, {"candidate", *line}, {"sdpMLineIndex", mline}}));
  };
  callbacks.onConnected = [this] {
    if (state_ == State::failed) return;
    state_ = State::connected;
    joinSeconds_ = static_cast<double>(monotonicNow() - startedAt_) * 1e-9;
    if (sender_) sender_->open();
  };
  callbacks.onFailed = [this] { fail("the WebRTC connection failed"); };
  callbacks.onStream = [receiver = receiver_.get(), raw = pipeline.get()](GstPad* pad) {
    receiver->takeStream(raw, pad);
  };
  offerer_ = Offerer::create(std::move(pipeline), *webrtc, std::move(callbacks));
  signalling_ = Signalling::open(
      studio_.url,
      {[this] {
         signalling_->send(
             Json::object({{"type", "join"}, {"id", 1}, {"room", studio_.room}, {"name", plan_.name}}));
       },
       [this](const Json& message) { onMessage(message); },
       [this](const std::string& why) { fail("the WebSocket closed" + (why.empty() ? "" : ": " + why)); }});
  return {};
}

void LoadPeer::watchElement(GstElement* element) {
  // Browsers ask for what is missing between others, not for what is a little late.
  if (isMadeBy(element, "rtpjitterbuffer")) g_object_set(element, "rtx-next-seqnum", FALSE, nullptr);
  const bool socketIn = isMadeBy(element, "nicesrc");
  if (socketIn) {
    const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(element, "src"));
    receiver_->watchSocket(pad.get());
  }
  if (!plan_.clock || !isMadeBy(element, "nicesink")) return;
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(element, "sink"));
  const auto onPacket = [](LoadPeer& self, GstBuffer* packet) {
    const auto header = readRtpHeader(packet);
    if (!header || header->payloadType != videoPayloadType || !header->marker) return;
    const auto* clock = static_cast<ClockSender*>(self.sender_.get());
    const auto timecode = clock->timecodeOf(header->timestamp);
    if (timecode) self.studio_.latency->sent(*timecode, monotonicNow());
  };
  static constexpr auto visit = +onPacket;
  gst_pad_add_probe(
      pad.get(), static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto& self = *static_cast<LoadPeer*>(data);
        if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) visit(self, GST_PAD_PROBE_INFO_BUFFER(info));
        if ((info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) == 0) return GST_PAD_PROBE_OK;
        GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
        for (guint i = 0; i < gst_buffer_list_length(list); ++i)
          visit(self, gst_buffer_list_get(list, i));
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

Result<void> LoadPeer::addSources(GstElement* pipeline, GstElement* webrtc) {
  Sender::Outlets outlets;
  outlets.videoPayloadType = videoPayloadType;
  outlets.audioPayloadType = audioPayloadType;
  outlets.videoSsrc = g_random_int() | 1U;
  outlets.audioSsrc = outlets.videoSsrc ^ 2U;
  for (const bool video : {false, true}) {
    auto source = makeElement("appsrc");
    if (!source) return tl::unexpected(source.error());
    GstCaps* caps = video ? videoCaps(plan_.camera.codec, outlets.videoSsrc) : audioCaps(outlets.audioSsrc);
    g_object_set(source->get(), "caps", caps, "format", GST_FORMAT_TIME, "is-live", TRUE, "max-buffers",
                 guint64{200}, "max-bytes", guint64{0}, nullptr);
    gst_util_set_object_arg(G_OBJECT(source->get()), "leaky-type", "downstream");
    gst_bin_add(GST_BIN(pipeline), source->get());
    const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(source->get(), "src"));
    const auto sink = ObjectPtr<GstPad>::adopt(gst_element_request_pad_simple(webrtc, "sink_%u"));
    GObject* transceiver = nullptr;
    g_object_get(sink.get(), "transceiver", &transceiver, nullptr);
    GstCaps* preferred = video ? videoCaps(plan_.camera.codec, 0) : audioCaps(1);
    gst_structure_remove_field(gst_caps_get_structure(preferred, 0), "ssrc");
    g_object_set(transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV, "codec-preferences",
                 preferred, "do-nack", static_cast<gboolean>(video), nullptr);
    g_object_unref(transceiver);
    gst_caps_unref(preferred);
    gst_caps_unref(caps);
    gst_pad_link(pad.get(), sink.get());
    if (!video) {
      outlets.audio = ObjectPtr<GstAppSrc>::share(source->get());
      continue;
    }
    outlets.video = ObjectPtr<GstAppSrc>::share(source->get());
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info))) {
            static_cast<LoadPeer*>(self)->sender_->requestKeyFrame();
          }
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  return makeSender(outlets);
}

Result<void> LoadPeer::makeSender(const Sender::Outlets& outlets) {
  if (plan_.clock) {
    auto clock = ClockSender::create(outlets, plan_.camera, plan_.voice, plan_.phase, studio_.clock);
    if (!clock) return tl::unexpected(clock.error());
    sender_ = *clock;
  } else {
    auto clip = studio_.clips.get(plan_.camera);
    if (!clip) return tl::unexpected(clip.error());
    sender_ = std::make_shared<Sender>(outlets, *clip, plan_.voice, plan_.phase, studio_.clock);
  }
  studio_.pacer.add(sender_);
  return {};
}

void LoadPeer::addTransceivers(GstElement* webrtc) {
  for (const bool video : {false, true}) {
    GstCaps* caps = video ? videoCaps(plan_.camera.codec, 0) : audioCaps(0);
    GObject* transceiver = nullptr;
    g_signal_emit_by_name(webrtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps,
                          &transceiver);
    g_object_set(transceiver, "do-nack", static_cast<gboolean>(video), nullptr);
    g_object_unref(transceiver);
    gst_caps_unref(caps);
  }
}

void LoadPeer::onMessage(const Json& message) {
  const std::string type = message["type"].stringOr("");
  if (type == "joined") {
    identity_ = message["participant"]["identity"].stringOr("");
    tiles_ = message["layout"]["tiles"];
    state_ = State::negotiating;
    offerer_->start();
  } else if (type == "answer") {
    offerer_->setAnswer(message["sdp"].stringOr(""));
  } else if (type == "candidate") {
    const std::string candidate = message["candidate"].stringOr("");
    const auto line = relayed_ ? relayed_->fromServer(candidate) : candidate;
    if (line) offerer_->addCandidate(*line, static_cast<unsigned>(message["sdpMLineIndex"].integerOr(0)));
  } else if (type == "layoutChanged") {
    tiles_ = message["tiles"];
  } else if (type == "requestVideo") {
    onRequestVideo(message);
  } else if (type == "error") {
    fail(message["code"].stringOr("") + ": " + message["message"].stringOr(""));
  } else if (type == "leave") {
    fail("the server said leave: " + message["reason"].stringOr(""));
  }
}

/// Does what the page does (src/web/sdk/uplink.js). Clock senders keep their size and frame rate, since their
/// marks are to be read, and obey in bits alone.
void LoadPeer::onRequestVideo(const Json& message) {
  if (!sender_ || message["source"].stringOr("camera") != "camera") return;
  sender_->setActive(message["active"].booleanOr(true));
  const auto limit = [&](const char* key, double fallback) {
    const double value = message[key].numberOr(0);
    return value > 0 ? value : fallback;
  };
  CameraSpec wanted = plan_.camera;
  if (plan_.clock) {
    return sender_->setBitrate(
        static_cast<int>(std::min<double>(wanted.bitrate, limit("maxBitrate", wanted.bitrate))));
  }
  const double down = std::max({1.0, wanted.width / limit("maxWidth", wanted.width),
                                wanted.height / limit("maxHeight", wanted.height)});
  wanted.width = static_cast<int>(std::lround(wanted.width / down / 2)) * 2;
  wanted.height = static_cast<int>(std::lround(wanted.height / down / 2)) * 2;
  wanted.framerate = std::min(wanted.framerate, static_cast<int>(limit("maxFramerate", wanted.framerate)));
  // Bits as pixels to the power of 3/4, the rule of thumb for smaller pictures of the same quality.
  const double fair = wanted.bitrate * std::pow(down, -1.5);
  wanted.bitrate = static_cast<int>(std::min(fair, limit("maxBitrate", wanted.bitrate)));
  studio_.clips.getLater(wanted, [weak = std::weak_ptr(sender_)](std::shared_ptr<const Clip> clip) {
    if (const auto sender = weak.lock()) sender->setClip(std::move(clip));
  });
}

void LoadPeer::fail(const std::string& why) {
  if (state_ == State::failed || leaving_) return;
  state_ = State::failed;
  error_ = why;
  if (sender_) sender_->close();
  log::warning("load.peerFailed", {{"peer", plan_.name}, {"message", why}});
}

void LoadPeer::giveUp(const std::string& why) {
  if (state_ < State::connected) fail(why);
}

Receiver::Tile LoadPeer::tileOf(const std::string& identity) const {
  for (const Json& tile : tiles_.elements()) {
    if (tile["identity"].stringOr("") != identity || tile["source"].stringOr("camera") != "camera") continue;
    return {tile["left"].numberOr(0), tile["top"].numberOr(0), tile["width"].numberOr(0),
            tile["height"].numberOr(0)};
  }
  return {};
}

void LoadPeer::setLink(int kbits) {
  if (relayed_) relayed_->setLink(kbits);
}

void LoadPeer::leave() {
  leaving_ = true;
  if (sender_) sender_->close();
  if (signalling_) signalling_->send(Json::object({{"type", "leave"}, {"id", 9}}));
}

}  // namespace tributary::load
