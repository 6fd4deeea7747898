#include "media/audio_ingest.h"

#include <gst/app/gstappsink.h>
#include <gst/rtp/gstrtpbuffer.h>

#include "media/codec_table.h"
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

}  // namespace

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

void AudioIngest::onPacket(GstBuffer* packet) {
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  if (packet == nullptr || !gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp)) return;
  const std::span payload(static_cast<const uint8_t*>(gst_rtp_buffer_get_payload(&rtp)),
                          gst_rtp_buffer_get_payload_len(&rtp));
  talker_->hold(lipSync_.onSound(gst_rtp_buffer_get_ssrc(&rtp), gst_rtp_buffer_get_timestamp(&rtp),
                                 monotonicNow() + talker_->wait()));
  talker_->push(gst_rtp_buffer_get_seq(&rtp), payload, levelIn(rtp, levelId_));
  gst_rtp_buffer_unmap(&rtp);
}

}  // namespace tributary
