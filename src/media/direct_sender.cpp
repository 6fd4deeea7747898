#include "media/direct_sender.h"

#include <gst/gst.h>
#include <nice/agent.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <span>
#include <string_view>

#include "media/elements.h"
#include "media/probed_packets.h"
#include "media/udp_segments.h"

namespace tributary {
namespace {

constexpr size_t slotBytes = 2048;    // an RTP packet and what SRTP appends
constexpr unsigned mostPackets = 64;  // at once; a key frame of 75 kB

/// An enumeration's value by its nick, "hmac-sha1-80".
std::string_view nickOf(GstElement* element, const char* property) {
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property);
  if (spec == nullptr || !G_IS_PARAM_SPEC_ENUM(spec)) return "";
  gint value = 0;
  g_object_get(element, property, &value, nullptr);
  const GEnumValue* named = g_enum_get_value(G_PARAM_SPEC_ENUM(spec)->enum_class, value);
  return named != nullptr ? named->value_nick : "";
}

}  // namespace

struct DirectSender::Batch {
  std::array<std::array<uint8_t, slotBytes>, mostPackets> bytes;
  std::array<iovec, mostPackets> datagrams;
  std::array<GOutputVector, mostPackets> vectors;  ///< the same for libnice
  std::array<NiceOutputMessage, mostPackets> messages;
};

DirectSender::DirectSender(GstElement* webrtc) : webrtc_(webrtc) {}
DirectSender::~DirectSender() = default;

void DirectSender::watch(GstPad* pad) {
  if (std::string_view(GST_PAD_NAME(pad)) != "send_rtp_src_0") return;
  gst_pad_add_probe(
      pad, packetProbe,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto* self = static_cast<DirectSender*>(data);
        std::vector<GstBuffer*> packets;
        forEachPacket(info, [&](GstBuffer* packet) { packets.push_back(packet); });
        const bool sent = self->send(packets.data(), static_cast<unsigned>(packets.size()));
        return sent ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

bool DirectSender::ready() {
  const std::lock_guard lock(mutex_);
  return prepared();
}

bool DirectSender::prepared() {
  if (impossible_) return false;
  if (srtp_ && agent_) return true;
  return adoptKey() && adoptAgent();
}

/// srtpenc has it once DTLS is through.
bool DirectSender::adoptKey() {
  if (srtp_) return true;
  const auto encoder = findElement(webrtc_, "srtpenc");
  if (!encoder) return false;
  GstBuffer* key = nullptr;
  gboolean madeUp = TRUE;  // until DTLS has said one
  g_object_get(encoder.get(), "key", &key, "random-key", &madeUp, nullptr);
  if (key == nullptr) return false;
  if (madeUp != FALSE) {
    gst_buffer_unref(key);
    return false;
  }
  std::array<uint8_t, SrtpEncryptor::keyBytes> bytes{};
  const bool whole = gst_buffer_get_size(key) == bytes.size();
  gst_buffer_extract(key, 0, bytes.data(), bytes.size());
  gst_buffer_unref(key);
  if (!whole || nickOf(encoder.get(), "rtp-cipher") != "aes-128-icm" ||
      nickOf(encoder.get(), "rtp-auth") != "hmac-sha1-80") {
    impossible_ = true;
    return false;
  }
  srtp_.emplace(bytes);
  bytes.fill(0);
  impossible_ = !srtp_->valid();
  return !impossible_;
}

bool DirectSender::adoptAgent() {
  const auto sink = findElement(webrtc_, "nicesink");
  if (!sink) return false;
  GObject* found = nullptr;
  g_object_get(sink.get(), "agent", &found, "stream", &stream_, "component", &component_, nullptr);
  agent_ = ObjectPtr<NiceAgent>::adopt(found);
  if (!agent_) return false;
  batch_ = std::make_unique<Batch>();
  route_ = std::make_unique<IceRoute>(agent_.get(), stream_, component_);
  return true;
}

bool DirectSender::send(GstBuffer* const* packets, unsigned count) {
  const std::lock_guard lock(mutex_);
  if (!prepared()) return false;
  for (unsigned done = 0; done < count; done += mostPackets)
    transmit(protect(packets + done, std::min(mostPackets, count - done)));
  return true;
}

/// Into the batch. How many there are now.
unsigned DirectSender::protect(GstBuffer* const* packets, unsigned count) {
  unsigned filled = 0;
  for (unsigned i = 0; i < count; ++i) {
    auto& bytes = batch_->bytes[filled];
    const size_t size = gst_buffer_get_size(packets[i]);
    // No packet of ours is so long.
    if (gst_buffer_extract(packets[i], 0, bytes.data(), slotBytes - SrtpEncryptor::tagBytes) != size)
      continue;
    const size_t length = srtp_->protect(bytes, size);
    if (length > 0) batch_->datagrams[filled++] = {bytes.data(), length};
  }
  return filled;
}

/// What the socket does not take is lost, as on any way.
void DirectSender::transmit(unsigned count) {
  unsigned done = 0;
  const auto route = segments_ ? route_->current() : nullptr;
  if (route) {
    done = static_cast<unsigned>(
        sendSegments(route->socket.get(), route->to, std::span(batch_->datagrams).first(count)));
    segments_ = done == count;
  }
  if (done == count) return;
  for (unsigned i = done; i < count; ++i) {
    batch_->vectors[i] = {batch_->datagrams[i].iov_base, batch_->datagrams[i].iov_len};
    batch_->messages[i] = {&batch_->vectors[i], 1};
  }
  nice_agent_send_messages_nonblocking(agent_.get(), stream_, component_, batch_->messages.data() + done,
                                       count - done, nullptr, nullptr);
}

}  // namespace tributary
