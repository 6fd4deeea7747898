#include "media/audio_ingest.h"

#include <gst/app/gstappsink.h>
#include <gst/rtp/gstrtpbuffer.h>

#include <array>
#include <utility>

#include "media/codec_table.h"
#include "media/elements.h"
#include "media/opus_codec.h"
#include "media/ticker.h"

namespace tributary {
namespace {

/// RFC 6464: below the bit that says "voice", −dBov in 7 bits; 127 is silence.
std::optional<double> levelIn(GstRTPBuffer& packet, int id) {
  gpointer data = nullptr;
  guint size = 0;
  if (id == 0 || gst_rtp_buffer_get_extension_onebyte_header(&packet, static_cast<guint8>(id), 0, &data,
                                                             &size) == FALSE) {
    return std::nullopt;
  }
  return size > 0 ? std::optional(-static_cast<double>(*static_cast<uint8_t*>(data) & 0x7F)) : std::nullopt;
}

struct Head {
  int payloadType = 0;
  uint32_t ssrc = 0;
};

/// RFC 3550, 5.1.
Head headOf(GstBuffer* packet) {
  std::array<uint8_t, 12> bytes{};
  gst_buffer_extract(packet, 0, bytes.data(), bytes.size());
  return {bytes[1] & 0x7f, GST_READ_UINT32_BE(bytes.data() + 8)};
}

}  // namespace

AudioIngest::AudioIngest(LipSync& lipSync)
    : lipSync_(lipSync),
      bucket_(mostPerSecond, mostAtOnce, TokenBucket::Clock::now()),
      sound_(mostSound, mostSoundAtOnce, TokenBucket::Clock::now()) {}

Result<std::unique_ptr<AudioIngest>> AudioIngest::create(GstElement* pipeline, std::shared_ptr<Talker> talker,
                                                         int levelId, LipSync& lipSync) {
  auto sink = makeElement("appsink", "microphone");
  if (!sink) return tl::unexpected(sink.error());
  g_object_set(sink->get(), "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, "qos", FALSE,
               nullptr);
  std::unique_ptr<AudioIngest> out(new AudioIngest(lipSync));
  out->talker_ = std::move(talker);
  out->levelId_ = levelId;
  gst_bin_add(GST_BIN(pipeline), sink->get());
  out->sinkPad_ = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(sink->get(), "sink"));
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* from, gpointer self) {
    GstSample* sample = gst_app_sink_pull_sample(from);
    if (sample == nullptr) return GST_FLOW_EOS;
    static_cast<AudioIngest*>(self)->onPacket(gst_sample_get_buffer(sample));
    gst_sample_unref(sample);
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(sink->get()), &callbacks, out.get(), nullptr);
  return out;
}

bool AudioIngest::takeOver(GstElement* webrtc, int payloadType, Gate gate) {
  const auto session = findElement(webrtc, "rtpsession");
  if (!session) return false;
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(session.get(), "recv_rtp_src"));
  if (!pad) return false;
  payloadType_ = payloadType;
  gate_ = std::move(gate);
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        return static_cast<AudioIngest*>(self)->onSessionPacket(GST_PAD_PROBE_INFO_BUFFER(info));
      },
      this, nullptr);
  return true;
}

GstPadProbeReturn AudioIngest::onSessionPacket(GstBuffer* packet) {
  const Head head = headOf(packet);
  if (head.payloadType != payloadType_) return GST_PAD_PROBE_OK;
  if (gate_(gst_buffer_get_size(packet)) && bucket_.take(TokenBucket::Clock::now()) && isFrom(head.ssrc))
    onPacket(packet);
  return GST_PAD_PROBE_DROP;
}

bool AudioIngest::isFrom(uint32_t ssrc) {
  const int64_t now = monotonicNow();
  if (ssrc != ssrc_ && lastPacket_ != 0 && now - lastPacket_ < silence) return false;
  ssrc_ = ssrc;
  lastPacket_ = now;
  return true;
}

void AudioIngest::onPacket(GstBuffer* packet) {
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  if (packet == nullptr || !gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp)) return;
  const std::span payload(static_cast<const uint8_t*>(gst_rtp_buffer_get_payload(&rtp)),
                          gst_rtp_buffer_get_payload_len(&rtp));
  const double seconds = static_cast<double>(opusDuration(payload)) / audioRate;
  if (sound_.take(TokenBucket::Clock::now(), seconds)) {
    talker_->hold(lipSync_.onSound(gst_rtp_buffer_get_ssrc(&rtp), gst_rtp_buffer_get_timestamp(&rtp),
                                   monotonicNow() + talker_->wait()));
    talker_->push(gst_rtp_buffer_get_seq(&rtp), payload, levelIn(rtp, levelId_));
  }
  gst_rtp_buffer_unmap(&rtp);
}

}  // namespace tributary
