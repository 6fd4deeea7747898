#include "test_peer.h"

#define GST_USE_UNSTABLE_API
#include <gst/app/gstappsink.h>
#include <gst/rtp/gstrtcpbuffer.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <gst/video/video.h>
#include <gst/webrtc/webrtc.h>
#include <nice/agent.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <sstream>
#include <utility>

#include "loadgen/stream_meter.h"
#include "rate/remb_reader.h"

namespace tributary::test {
namespace {

constexpr size_t keptSamples = 2 * 48'000;

/// Always later and on the main loop's thread; g_main_context_invoke would call at once when it idles.
void post(std::function<void()> work) {
  g_idle_add_full(
      G_PRIORITY_DEFAULT,
      [](gpointer data) -> gboolean {
        (*static_cast<std::function<void()>*>(data))();
        return G_SOURCE_REMOVE;
      },
      new std::function<void()>(std::move(work)),
      [](gpointer data) { delete static_cast<std::function<void()>*>(data); });
}

/// 4:3, so that it does not fill a tile of 16:9; silent until its valve opens.
std::string screenBranch(const TestPeer::Options& o) {
  if (o.screen == 0) return "";
  return "videotestsrc is-live=true pattern=solid-color foreground-color=" +
         std::to_string(0xff000000U | o.screen) +
         " ! video/x-raw,format=I420,width=320,height=240,framerate=5/1 ! queue leaky=downstream "
         "max-size-buffers=2 ! vp8enc deadline=1 cpu-used=-14 threads=1 end-usage=cbr keyframe-max-dist=3000 "
         "target-bitrate=400000 ! rtpvp8pay picture-id-mode=15-bit pt=96 ! "
         "application/x-rtp,media=video,encoding-name=VP8,payload=96 ! "
         "valve name=screen drop=true drop-mode=forward-sticky-events ! queue leaky=downstream ! wb. ";
}

std::string videoBranch(const TestPeer::Options& o) {
  const bool h264 = o.codec == "H264";
  const std::string encoder =
      h264 ? "openh264enc complexity=low gop-size=3000 bitrate=" + std::to_string(o.bitrate) +
                 " ! video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1 "
                 "aggregate-mode=zero-latency pt=97 ! capssetter "
                 "caps=application/x-rtp,profile-level-id=(string)42e01f"
           : "vp8enc deadline=1 cpu-used=-14 threads=1 end-usage=cbr keyframe-max-dist=3000 "
             "target-bitrate=" +
                 std::to_string(o.bitrate) + " ! rtpvp8pay picture-id-mode=15-bit pt=96";
  const std::string picture =
      o.noise ? "snow" : "ball motion=sweep background-color=" + std::to_string(0xff000000U | o.colour);
  return "videotestsrc is-live=true pattern=" + picture +
         " ! video/x-raw,format=I420,width=" + std::to_string(o.width) +
         ",height=" + std::to_string(o.height) + ",framerate=" + std::to_string(o.framerate) +
         "/1 ! queue leaky=downstream max-size-buffers=2 ! " + encoder +
         " ! application/x-rtp,media=video,encoding-name=" + o.codec +
         // In the filter too: the offer may be made before caps have come through.
         ",payload=" + (h264 ? "97,profile-level-id=(string)42e01f,packetization-mode=(string)1" : "96") +
         " ! queue leaky=downstream ! wb. ";
}

std::string audioBranch(const TestPeer::Options& o) {
  return "audiotestsrc is-live=true name=tone samplesperbuffer=480 volume=" +
         std::string(o.tone > 0 ? "0.15" : "0") + " freq=" + std::to_string(std::max(o.tone, 20.0)) +
         " ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay name=voice auto-header-extension=false "
         "pt=111 ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111,encoding-params=(string)2 " +
         (o.levels ? "! capssetter caps=\"application/x-rtp,extmap-1=(string)"
                     "urn:ietf:params:rtp-hdrext:ssrc-audio-level\" "
                   : "") +
         "! queue leaky=downstream ! wb. ";
}

/// −dBov of a sine of amplitude 0.15.
uint8_t levelOf(double tone) {
  return tone > 0 ? 20 : 127;
}

}  // namespace

double now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

bool waitFor(const std::function<bool()>& condition, double seconds) {
  const double until = now() + seconds;
  const guint wake = g_timeout_add(
      10, [](gpointer) -> gboolean { return G_SOURCE_CONTINUE; }, nullptr);
  bool met = condition();
  while (!met && now() < until) {
    g_main_context_iteration(nullptr, TRUE);
    met = condition();
  }
  g_source_remove(wake);
  return met;
}

/// Who does not say is found by its payload type alone.
static std::string withoutSsrcs(const std::string& sdp) {
  std::istringstream lines(sdp);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("a=ssrc")) out += line + "\n";
  }
  return out;
}

std::shared_ptr<TestPeer> TestPeer::create(Options options) {
  std::shared_ptr<TestPeer> peer(new TestPeer(std::move(options)));
  peer->build();
  return peer;
}

TestPeer::~TestPeer() {
  stop();
}

void TestPeer::tellLevels() {
  GstElement* payloader = gst_bin_get_by_name(GST_BIN(pipeline_), "voice");
  GstPad* pad = gst_element_get_static_pad(payloader, "src");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        auto* packet = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
        GST_PAD_PROBE_INFO_DATA(info) = packet;
        const uint8_t level = static_cast<TestPeer*>(self)->level_;
        GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
        gst_rtp_buffer_map(packet, GST_MAP_READWRITE, &rtp);
        gst_rtp_buffer_add_extension_onebyte_header(&rtp, 1, &level, 1);
        gst_rtp_buffer_unmap(&rtp);
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
  gst_object_unref(pad);
  gst_object_unref(payloader);
}

void TestPeer::build() {
  GError* error = nullptr;
  const std::string description = "webrtcbin name=wb bundle-policy=max-bundle latency=40 " +
                                  audioBranch(options_) + videoBranch(options_) + screenBranch(options_);
  pipeline_ = gst_parse_launch(description.c_str(), &error);
  if (error != nullptr) g_error("test peer: %s", error->message);
  webrtc_ = gst_bin_get_by_name(GST_BIN(pipeline_), "wb");
  level_ = levelOf(options_.tone);
  if (options_.levels) tellLevels();
  GObject* ice = nullptr;
  GObject* agent = nullptr;
  g_object_get(webrtc_, "ice-agent", &ice, nullptr);
  g_object_get(ice, "agent", &agent, nullptr);
  g_object_set(agent, "upnp", FALSE, "ice-tcp", FALSE, nullptr);
  g_object_unref(agent);
  g_object_unref(ice);
  GArray* transceivers = nullptr;
  g_signal_emit_by_name(webrtc_, "get-transceivers", &transceivers);
  for (guint i = 0; transceivers != nullptr && i < transceivers->len; ++i) {
    auto* transceiver = g_array_index(transceivers, GObject*, i);
    g_object_set(transceiver, "direction",
                 options_.receives && i < 2 ? GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV
                                            : GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY,
                 nullptr);
    GstWebRTCKind kind{};
    g_object_get(transceiver, "kind", &kind, nullptr);
    g_object_set(transceiver, "do-nack", options_.nacks && kind != GST_WEBRTC_KIND_AUDIO, nullptr);
  }
  g_array_unref(transceivers);
  g_signal_connect(webrtc_, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
                     static_cast<TestPeer*>(self)->onPad(pad);
                   }),
                   this);
  g_signal_connect(
      webrtc_, "on-ice-candidate", G_CALLBACK(+[](GstElement*, guint line, gchar* text, gpointer self) {
        post([weak = static_cast<TestPeer*>(self)->weak_from_this(), line, candidate = std::string(text)] {
          const auto peer = weak.lock();
          if (peer && peer->onCandidate) peer->onCandidate(candidate, line);
        });
      }),
      this);
  g_signal_connect(webrtc_, "on-negotiation-needed", G_CALLBACK(+[](GstElement* webrtc, gpointer data) {
                     auto* weak = new std::weak_ptr<TestPeer>(static_cast<TestPeer*>(data)->weak_from_this());
                     GstPromise* promise = gst_promise_new_with_change_func(
                         [](GstPromise* done, gpointer user) {
                           const auto self = static_cast<std::weak_ptr<TestPeer>*>(user)->lock();
                           GstWebRTCSessionDescription* offer = nullptr;
                           const GstStructure* reply = gst_promise_get_reply(done);
                           if (!self || reply == nullptr) return;
                           gst_structure_get(reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer,
                                             nullptr);
                           if (offer == nullptr) return;
                           g_signal_emit_by_name(self->webrtc_, "set-local-description", offer, nullptr);
                           gchar* text = gst_sdp_message_as_text(offer->sdp);
                           post([weak = std::weak_ptr(self),
                                 sdp = self->options_.namesSsrcs ? std::string(text) : withoutSsrcs(text)] {
                             const auto peer = weak.lock();
                             if (peer && peer->onOffer) peer->onOffer(sdp);
                           });
                           g_free(text);
                           gst_webrtc_session_description_free(offer);
                         },
                         weak, [](gpointer user) { delete static_cast<std::weak_ptr<TestPeer>*>(user); });
                     g_signal_emit_by_name(webrtc, "create-offer", nullptr, promise);
                     gst_promise_unref(promise);
                   }),
                   this);
}

void TestPeer::start() {
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
}

void TestPeer::setAnswer(const std::string& sdp) {
  GstSDPMessage* message = nullptr;
  gst_sdp_message_new_from_text(sdp.c_str(), &message);
  GstWebRTCSessionDescription* answer =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, message);
  g_signal_emit_by_name(webrtc_, "set-remote-description", answer, nullptr);
  watchReports();
  gst_webrtc_session_description_free(answer);
}

void TestPeer::watchReports() {
  GstElement* rtpbin = gst_bin_get_by_name(GST_BIN(webrtc_), "rtpbin");
  GObject* session = nullptr;
  g_signal_emit_by_name(rtpbin, "get-internal-session", 0U, &session);
  gst_object_unref(rtpbin);
  if (session == nullptr) return;
  g_signal_connect(session, "on-receiving-rtcp", G_CALLBACK(+[](GObject*, GstBuffer* rtcp, gpointer self) {
                     static_cast<TestPeer*>(self)->onReport(rtcp);
                   }),
                   this);
  g_object_unref(session);
}

void TestPeer::onReport(GstBuffer* rtcp) {
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  if (!gst_rtcp_buffer_map(rtcp, GST_MAP_READ, &map)) return;
  GstRTCPPacket packet;
  if (gst_rtcp_buffer_get_first_packet(&map, &packet) &&
      gst_rtcp_packet_get_type(&packet) == GST_RTCP_TYPE_SR) {
    guint32 ssrc = 0;
    guint64 ntp = 0;
    guint32 rtp = 0;
    guint32 packets = 0;
    guint32 octets = 0;
    gst_rtcp_packet_sr_get_sender_info(&packet, &ssrc, &ntp, &rtp, &packets, &octets);
    const std::lock_guard lock(mutex_);
    reports_[ssrc].push_back({static_cast<double>(ntp) / 4294967296.0, rtp, packets, octets});
  }
  const auto told = readRemb({map.map.data, map.map.size});
  gst_rtcp_buffer_unmap(&map);
  const std::lock_guard lock(mutex_);
  if (told) remb_ = told;
}

std::optional<double> TestPeer::remb() const {
  const std::lock_guard lock(mutex_);
  return remb_;
}

std::map<uint32_t, std::vector<TestPeer::SenderReport>> TestPeer::senderReports() const {
  const std::lock_guard lock(mutex_);
  return reports_;
}

void TestPeer::addCandidate(const std::string& candidate, unsigned mline) {
  if (webrtc_ != nullptr) g_signal_emit_by_name(webrtc_, "add-ice-candidate", mline, candidate.c_str());
}

void TestPeer::stop() {
  if (pipeline_ == nullptr) return;
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  gst_object_unref(std::exchange(webrtc_, nullptr));
  gst_object_unref(std::exchange(pipeline_, nullptr));
}

uint64_t TestPeer::flood(const std::function<bool(uint64_t)>& isEnough) {
  const auto found = [](GstElement* bin) {
    GstIterator* all = gst_bin_iterate_all_by_element_factory_name(GST_BIN(bin), "nicesink");
    GValue value = G_VALUE_INIT;
    GstElement* out = nullptr;
    if (gst_iterator_next(all, &value) == GST_ITERATOR_OK) out = GST_ELEMENT(g_value_dup_object(&value));
    g_value_unset(&value);
    gst_iterator_free(all);
    return out;
  }(webrtc_);
  if (found == nullptr) return 0;
  NiceAgent* agent = nullptr;
  guint stream = 0;
  guint component = 0;
  g_object_get(found, "agent", &agent, "stream", &stream, "component", &component, nullptr);
  std::array<char, 1200> packet{};
  packet[0] = static_cast<char>(0x80);  // RTP's version; the rest is nonsense
  packet[1] = 96;
  uint64_t sent = 0;
  // In bursts: what it costs to send them is not to starve the machine that the others are measured on.
  for (; !isEnough(sent); g_usleep(10'000)) {
    for (int i = 0; i < 1000; ++i, ++packet[3])
      sent += nice_agent_send(agent, stream, component, packet.size(), packet.data()) > 0 ? 1 : 0;
  }
  g_object_unref(agent);
  gst_object_unref(found);
  return sent;
}

GstBuffer* TestPeer::feedback(GstRTCPType type, GstRTCPFBType format,
                              const std::function<void(GstRTCPPacket&)>& fill) const {
  GstBuffer* out = gst_rtcp_buffer_new(1400);
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  gst_rtcp_buffer_map(out, GST_MAP_READWRITE, &map);
  GstRTCPPacket packet;
  gst_rtcp_buffer_add_packet(&map, GST_RTCP_TYPE_RR, &packet);
  gst_rtcp_packet_rr_set_ssrc(&packet, 1);
  gst_rtcp_buffer_add_packet(&map, type, &packet);
  gst_rtcp_packet_fb_set_type(&packet, format);
  gst_rtcp_packet_fb_set_sender_ssrc(&packet, 1);
  gst_rtcp_packet_fb_set_media_ssrc(&packet, videoSsrc_);
  if (fill) fill(packet);
  gst_rtcp_buffer_unmap(&map);
  return out;
}

GstBuffer* TestPeer::nackForAll() const {
  constexpr unsigned pairs = 30;  // each asks for 17 packets
  return feedback(GST_RTCP_TYPE_RTPFB, GST_RTCP_RTPFB_TYPE_NACK, [this](GstRTCPPacket& packet) {
    gst_rtcp_packet_fb_set_fci_length(&packet, pairs);
    guint8* fci = gst_rtcp_packet_fb_get_fci(&packet);
    for (unsigned i = 0; i < pairs; ++i) {
      GST_WRITE_UINT16_BE(fci + 4 * i, static_cast<uint16_t>(videoSequence_ - 17 * (i + 1)));
      GST_WRITE_UINT16_BE(fci + 4 * i + 2, 0xffff);
    }
  });
}

GstBuffer* TestPeer::pli() const {
  return feedback(GST_RTCP_TYPE_PSFB, GST_RTCP_PSFB_TYPE_PLI, nullptr);
}

uint64_t TestPeer::askForAll(double seconds) {
  return 30 * 17 * pushFeedback(seconds, [this] { return nackForAll(); });
}

uint64_t TestPeer::askForKeyFrames(double seconds) {
  return pushFeedback(seconds, [this] { return pli(); });
}

uint64_t TestPeer::pushFeedback(double seconds, const std::function<GstBuffer*()>& packet) {
  GstElement* rtpbin = gst_bin_get_by_name(GST_BIN(webrtc_), "rtpbin");
  GstPad* pad = gst_element_get_static_pad(rtpbin, "send_rtcp_src_0");
  gst_object_unref(rtpbin);
  if (pad == nullptr) return 0;
  uint64_t sent = 0;
  for (const double until = now() + seconds; now() < until; g_usleep(2'000)) {
    if (gst_pad_push(pad, packet()) == GST_FLOW_OK) ++sent;
  }
  gst_object_unref(pad);
  return sent;
}

void TestPeer::setTone(double hertz) {
  level_ = levelOf(hertz);
  GstElement* tone = gst_bin_get_by_name(GST_BIN(pipeline_), "tone");
  g_object_set(tone, "freq", std::max(hertz, 20.0), "volume", hertz > 0 ? 0.15 : 0.0, nullptr);
  gst_object_unref(tone);
}

void TestPeer::sendScreen(bool on) {
  GstElement* valve = gst_bin_get_by_name(GST_BIN(pipeline_), "screen");
  g_object_set(valve, "drop", !on, nullptr);
  gst_object_unref(valve);
}

void TestPeer::onPad(GstPad* pad) {
  if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (caps == nullptr) caps = gst_pad_query_caps(pad, nullptr);
  const GstStructure* format = gst_caps_get_structure(caps, 0);
  const std::string name = gst_structure_get_string(format, "encoding-name");
  gst_caps_unref(caps);
  const bool audio = name == "OPUS";
  if (!audio) watchTimes(pad);
  const std::string description =
      audio ? "rtpopusdepay ! opusdec plc=true ! audioconvert ! "
              "audio/x-raw,format=F32LE,rate=48000,channels=1 ! appsink name=sink sync=false"
            : (name == "H264" ? std::string("rtph264depay ! avdec_h264") : "rtpvp8depay ! vp8dec") +
                  " ! videoconvert ! video/x-raw,format=RGBx ! appsink name=sink sync=false";
  GstElement* branch = gst_parse_bin_from_description(description.c_str(), TRUE, nullptr);
  GstElement* sink = gst_bin_get_by_name(GST_BIN(branch), "sink");
  GstAppSinkCallbacks callbacks{};
  if (audio) {
    callbacks.new_sample = [](GstAppSink* from, gpointer self) {
      GstSample* sample = gst_app_sink_pull_sample(from);
      if (sample == nullptr) return GST_FLOW_EOS;
      static_cast<TestPeer*>(self)->onSound(sample);
      gst_sample_unref(sample);
      return GST_FLOW_OK;
    };
  } else {
    callbacks.new_sample = [](GstAppSink* from, gpointer self) {
      GstSample* sample = gst_app_sink_pull_sample(from);
      if (sample == nullptr) return GST_FLOW_EOS;
      static_cast<TestPeer*>(self)->onPicture(sample);
      gst_sample_unref(sample);
      return GST_FLOW_OK;
    };
  }
  gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, this, nullptr);
  gst_object_unref(sink);
  gst_bin_add(GST_BIN(pipeline_), branch);
  gst_element_sync_state_with_parent(branch);
  GstPad* target = gst_element_get_static_pad(branch, "sink");
  gst_pad_link(pad, target);
  gst_object_unref(target);
}

void TestPeer::watchTimes(GstPad* pad) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
        if (!gst_rtp_buffer_map(GST_PAD_PROBE_INFO_BUFFER(info), GST_MAP_READ, &rtp)) return GST_PAD_PROBE_OK;
        static_cast<TestPeer*>(self)->videoSsrc_ = gst_rtp_buffer_get_ssrc(&rtp);
        static_cast<TestPeer*>(self)->videoSequence_ = gst_rtp_buffer_get_seq(&rtp);
        static_cast<TestPeer*>(self)->onRtp(gst_rtp_buffer_get_timestamp(&rtp),
                                            {static_cast<const uint8_t*>(gst_rtp_buffer_get_payload(&rtp)),
                                             gst_rtp_buffer_get_payload_len(&rtp)});
        gst_rtp_buffer_unmap(&rtp);
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

void TestPeer::onRtp(uint32_t time, std::span<const uint8_t> payload) {
  const std::lock_guard lock(mutex_);
  const bool key = load::startsKeyFrame(options_.codec.c_str(), payload.data(), payload.size());
  if (!rtpTime_) video_.beganWithKeyFrame = key;
  if (key && time != rtpTime_) ++video_.keyFrames;
  const auto step = static_cast<int32_t>(time - rtpTime_.value_or(time));
  video_.largestStep = std::max(video_.largestStep, step / 90'000.0);
  rtpTime_ = time;
}

void TestPeer::onPicture(GstSample* sample) {
  GstVideoInfo info;
  gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
  GstMapInfo map;
  gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
  const double at = now();
  {
    const std::lock_guard lock(mutex_);
    if (video_.frames++ == 0) {
      video_.firstFrameAt = at;
    } else {
      video_.largestGap = std::max(video_.largestGap, at - video_.lastFrameAt);
    }
    video_.lastFrameAt = at;
    video_.width = GST_VIDEO_INFO_WIDTH(&info);
    video_.height = GST_VIDEO_INFO_HEIGHT(&info);
    picture_.assign(map.data, map.data + map.size);
  }
  gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
}

void TestPeer::onSound(GstSample* sample) {
  GstMapInfo map;
  gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
  const auto* samples = reinterpret_cast<const float*>(map.data);
  const size_t count = map.size / sizeof(float);
  {
    const std::lock_guard lock(mutex_);
    sound_.insert(sound_.end(), samples, samples + count);
    if (sound_.size() > keptSamples) sound_.erase(sound_.begin(), sound_.end() - keptSamples);
    soundSamples_ += count;
  }
  gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
}

TestPeer::Video TestPeer::video() const {
  const std::lock_guard lock(mutex_);
  return video_;
}

void TestPeer::resetGap() {
  const std::lock_guard lock(mutex_);
  video_.largestGap = 0;
  video_.largestStep = 0;
}

TestPeer::Rgb TestPeer::pixel(double x, double y) const {
  const std::lock_guard lock(mutex_);
  if (picture_.empty()) return {0, 0, 0};
  const int cx = std::clamp(static_cast<int>(x * video_.width), 2, video_.width - 3);
  const int cy = std::clamp(static_cast<int>(y * video_.height), 2, video_.height - 3);
  std::array<int, 3> sum{};
  for (int dy = -2; dy <= 2; ++dy) {
    for (int dx = -2; dx <= 2; ++dx) {
      const size_t at =
          (static_cast<size_t>(cy + dy) * static_cast<size_t>(video_.width) + static_cast<size_t>(cx + dx)) *
          4;
      for (size_t c = 0; c < 3; ++c)
        sum[c] += picture_[at + c];
    }
  }
  return {sum[0] / 25, sum[1] / 25, sum[2] / 25};
}

double TestPeer::toneLevel(double hertz) const {
  const std::lock_guard lock(mutex_);
  const size_t count = std::min<size_t>(sound_.size(), 48'000);
  if (count < 4800) return -200;
  // A Hann-windowed DFT bin: −60 dB and better beside the tone.
  double real = 0;
  double imaginary = 0;
  const float* from = sound_.data() + (sound_.size() - count);
  for (size_t i = 0; i < count; ++i) {
    const double window =
        1 - std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count));
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 48'000;
    real += from[i] * window * std::cos(angle);
    imaginary += from[i] * window * std::sin(angle);
  }
  const double amplitude = 2 * std::hypot(real, imaginary) / static_cast<double>(count);
  return 20 * std::log10(amplitude + 1e-10);
}

double TestPeer::soundSeconds() const {
  const std::lock_guard lock(mutex_);
  return static_cast<double>(soundSamples_) / 48'000;
}

bool TestPeer::connected() const {
  GstWebRTCPeerConnectionState state{};
  g_object_get(webrtc_, "connection-state", &state, nullptr);
  return state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED;
}

}  // namespace tributary::test
