#include "media/direct_receiver.h"

#include <gst/gst.h>
#include <nice/agent.h>
#include <srtp2/srtp.h>

#include <array>
#include <mutex>

#include "glib/object_ptr.h"
#include "media/elements.h"
#include "media/probed_packets.h"
#include "media/receive_lane.h"
#include "media/ticker.h"

namespace tributary {
namespace {

enum class Kind { dtls, rtp, rtcp, other };

/// RFC 7983, 7, and RFC 5761, 4.
Kind kindOf(const uint8_t* bytes, size_t size) {
  if (size < 2) return Kind::other;
  if (bytes[0] >= 20 && bytes[0] <= 63) return Kind::dtls;
  if (bytes[0] < 128 || bytes[0] > 191) return Kind::other;
  return bytes[1] >= 192 && bytes[1] <= 223 ? Kind::rtcp : Kind::rtp;
}

ObjectPtr<GstPad> padOf(GstElement* element, const char* name) {
  return ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(element, name));
}

/// Something has gone this way, so that what has to go before data has.
bool isOpen(GstPad* pad) {
  GstEvent* segment = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
  if (segment == nullptr) return false;
  gst_event_unref(segment);
  return gst_pad_has_current_caps(pad) != FALSE;
}

}  // namespace

struct DirectReceiver::Inside {
  ReceiveLane& lane;
  ObjectPtr<NiceAgent> agent;
  guint stream = 0;
  guint component = 0;
  ObjectPtr<GstElement> dtls;
  ObjectPtr<GstPad> socket;  ///< webrtcbin's way, for DTLS and before it is all set up
  ObjectPtr<GstPad> rtp;
  ObjectPtr<GstPad> rtcp;
  GMainContext* nowhere = g_main_context_new();  ///< nobody's: sockets in there are not read
  std::mutex mutex;
  bool attached = false;
  bool stopped = false;

  explicit Inside(ReceiveLane& itsLane) : lane(itsLane) {}
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { g_main_context_unref(nowhere); }

  void receiveIn(GMainContext* context, NiceAgentRecvFunc work, gpointer data) {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    if (!attached) lane.count(1);
    attached = true;
    nice_agent_attach_recv(agent.get(), stream, component, context, work, data);
  }

  void stop() {
    const std::lock_guard lock(mutex);
    if (attached && !stopped) {
      nice_agent_attach_recv(agent.get(), stream, component, nowhere, nullptr, nullptr);
      lane.count(-1);
    }
    stopped = true;
  }
};

void DirectReceiver::Free::operator()(srtp_ctx_t* context) const {
  srtp_dealloc(context);
}

DirectReceiver::DirectReceiver(const RoomClock& clock, ReceiveLane& lane) : clock_(clock), lane_(lane) {}
DirectReceiver::~DirectReceiver() = default;

void DirectReceiver::watch(GstElement* webrtc) {
  const auto socket = findElement(webrtc, "nicesrc");
  const auto srtp = findElement(webrtc, "srtpdec");
  auto inside = std::make_shared<Inside>(lane_);
  inside->dtls = findElement(webrtc, "dtlsdec");
  if (!socket || !srtp || !inside->dtls) return;
  GObject* found = nullptr;
  g_object_get(socket.get(), "agent", &found, "stream", &inside->stream, "component", &inside->component,
               nullptr);
  inside->agent = ObjectPtr<NiceAgent>::adopt(found);
  inside->socket = padOf(socket.get(), "src");
  inside->rtp = padOf(srtp.get(), "rtp_src");
  inside->rtcp = padOf(srtp.get(), "rtcp_src");
  if (!inside->agent || !inside->socket || !inside->rtp || !inside->rtcp) return;
  inside_ = std::move(inside);
  gst_pad_add_probe(
      inside_->socket.get(), packetProbe,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        const bool more = static_cast<DirectReceiver*>(self)->onFirstPackets(info);
        return more ? GST_PAD_PROBE_OK : GST_PAD_PROBE_REMOVE;
      },
      this, nullptr);
}

/// Here and not elsewhere the socket can be taken from nicesrc's thread: it is not reading just now.
bool DirectReceiver::onFirstPackets(GstPadProbeInfo* info) {
  if (impossible_) return false;
  if (!adoptKey()) return true;
  // How often a sequence number has wrapped is known only to who has seen all packets.
  forEachPacket(info, [this](GstBuffer* packet) {
    std::array<uint8_t, mostBytes> copy{};
    int size = static_cast<int>(gst_buffer_extract(packet, 0, copy.data(), copy.size()));
    if (kindOf(copy.data(), static_cast<size_t>(size)) == Kind::rtp)
      srtp_unprotect(context_.get(), copy.data(), &size);
  });
  if (!isOpen(inside_->rtp.get()) && !isOpen(inside_->rtcp.get())) return true;
  inside_->receiveIn(lane_.context(), onRead, this);
  return false;
}

void DirectReceiver::onRead(NiceAgent*, unsigned, unsigned, unsigned size, char* bytes, void* self) {
  static_cast<DirectReceiver*>(self)->onPacket(reinterpret_cast<uint8_t*>(bytes), static_cast<int>(size));
}

/// Its plugin has called srtp_init(), which only one may.
bool DirectReceiver::adoptKey() {
  if (context_) return true;
  constexpr guint aes128Icm = 1;    // GstDtlsSrtpCipher
  constexpr guint hmacSha1_80 = 2;  // GstDtlsSrtpAuth
  GstBuffer* key = nullptr;
  guint cipher = 0;
  guint auth = 0;
  g_object_get(inside_->dtls.get(), "decoder-key", &key, "srtp-cipher", &cipher, "srtp-auth", &auth, nullptr);
  if (key == nullptr) return false;
  std::array<uint8_t, SRTP_AES_ICM_128_KEY_LEN_WSALT> bytes{};
  const bool whole = gst_buffer_get_size(key) == bytes.size();
  gst_buffer_extract(key, 0, bytes.data(), bytes.size());
  gst_buffer_unref(key);
  srtp_policy_t policy{};
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
  policy.ssrc.type = ssrc_any_inbound;
  policy.key = bytes.data();
  policy.window_size = 1024;  // packets; the jitter buffer waits for 200 ms of them
  srtp_t made = nullptr;
  impossible_ = !whole || cipher != aes128Icm || auth != hmacSha1_80 ||
                srtp_create(&made, &policy) != srtp_err_status_ok;
  bytes.fill(0);
  context_.reset(made);
  return !impossible_;
}

void DirectReceiver::onPacket(uint8_t* bytes, int size) {
  if (size > mostBytes) return restIfFlooded();
  switch (kindOf(bytes, static_cast<size_t>(size))) {
    case Kind::rtp:
      onRtp(bytes, size);
      break;
    case Kind::rtcp:
      onRtcp(bytes, size);
      break;
    case Kind::dtls:
      if (++handshakes_ <= mostHandshakes) push(inside_->socket.get(), bytes, size);
      break;
    case Kind::other:
      break;
  }
  restIfFlooded();
}

void DirectReceiver::onRtp(uint8_t* bytes, int size) {
  rtpOpen_ = rtpOpen_ || isOpen(inside_->rtp.get());
  if (!rtpOpen_) push(inside_->socket.get(), bytes, size);
  if (srtp_unprotect(context_.get(), bytes, &size) != srtp_err_status_ok || !rtpOpen_) return;
  ++packets_;
  push(inside_->rtp.get(), bytes, size);
}

void DirectReceiver::onRtcp(uint8_t* bytes, int size) {
  rtcpOpen_ = rtcpOpen_ || isOpen(inside_->rtcp.get());
  if (!rtcpOpen_) return push(inside_->socket.get(), bytes, size);
  if (srtp_unprotect_rtcp(context_.get(), bytes, &size) == srtp_err_status_ok)
    push(inside_->rtcp.get(), bytes, size);
}

/// What a stopped or stopping pipeline does not take is gone.
void DirectReceiver::push(GstPad* pad, const uint8_t* bytes, int size) const {
  GstBuffer* packet = gst_buffer_new_memdup(bytes, static_cast<gsize>(size));
  const auto now = static_cast<GstClockTime>(clock_.runningTime(monotonicNow()));
  GST_BUFFER_PTS(packet) = now;
  GST_BUFFER_DTS(packet) = now;
  gst_pad_push(pad, packet);
}

void DirectReceiver::restIfFlooded() {
  const int64_t now = monotonicNow();
  if (now - burstBegan_ > burst) {
    burstBegan_ = now;
    inBurst_ = 0;
  }
  if (++inBurst_ <= mostAtOnce) return;
  ++rests_;
  inside_->receiveIn(inside_->nowhere, onRead, this);
  lane_.post(
      [inside = inside_, context = lane_.context(), this] { inside->receiveIn(context, onRead, this); },
      restAfterFlood);
}

void DirectReceiver::stop() {
  if (!inside_) return;
  inside_->stop();
  lane_.settle();
}

}  // namespace tributary
