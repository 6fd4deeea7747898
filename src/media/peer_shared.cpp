#include "media/peer_shared.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <array>
#include <string_view>

#include "base/log.h"
#include "media/dtls_identity.h"
#include "media/remb.h"
#include "media/ticker.h"

namespace tributary {

SignalConnection PeerConnection::Shared::connect(void* object, const char* signal, GCallback handler) {
  auto* kept = new std::shared_ptr<Shared>(shared_from_this());
  const auto drop = [](gpointer data, GClosure*) { delete static_cast<std::shared_ptr<Shared>*>(data); };
  return {object, g_signal_connect_data(object, signal, handler, kept, drop, GConnectFlags{})};
}

std::optional<size_t> PeerConnection::Shared::lineOf(GstPad* pad) const {
  GObject* found = nullptr;
  g_object_get(pad, "transceiver", &found, nullptr);
  if (found == nullptr) return std::nullopt;
  const auto transceiver = ObjectPtr<GstWebRTCRTPTransceiver>::adopt(found);
  guint line = 0;
  g_object_get(transceiver.get(), "mlineindex", &line, nullptr);
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (caps == nullptr) return line;
  const GstStructure* stream = gst_caps_get_structure(caps, 0);
  const char* media = gst_structure_get_string(stream, "media");
  const auto kind = std::string_view(media != nullptr ? media : "") == "audio" ? MediaLine::Kind::audio
                                                                               : MediaLine::Kind::video;
  gst_caps_unref(caps);
  if (line < kinds.size() && kinds[line] == kind) return line;
  // An SSRC that the offer does not name is the first line's to webrtcbin, whatever it is.
  for (size_t other = 0; other < kinds.size(); ++other) {
    if (kinds[other] == kind && ingestPads[other] != nullptr && !gst_pad_is_linked(ingestPads[other]))
      return other;
  }
  return std::nullopt;
}

void PeerConnection::Shared::onPadAdded(GstPad* pad) {
  if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
  const auto line = lineOf(pad);
  if (!line || *line >= ingestPads.size() || ingestPads[*line] == nullptr ||
      gst_pad_is_linked(ingestPads[*line])) {
    return discard(pad);
  }
  watchPackets(pad, *line);
  if (gst_pad_link(pad, ingestPads[*line]) != GST_PAD_LINK_OK) {
    log::error("peer.linkFailed", {{"mline", *line}});
    discard(pad);
  }
}

/// Nobody takes it; unlinked, its first packet would end the whole peer.
void PeerConnection::Shared::discard(GstPad* pad) {
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_DROP; }, nullptr, nullptr);
}

void PeerConnection::Shared::watchPackets(GstPad* pad, size_t line) {
  constexpr auto packets =
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
  const GstPadProbeCallback sound = [](GstPad*, GstPadProbeInfo* info, gpointer self) {
    return static_cast<Shared*>(self)->onRtp(info, static_cast<Shared*>(self)->audio);
  };
  const GstPadProbeCallback picture = [](GstPad*, GstPadProbeInfo* info, gpointer self) {
    return static_cast<Shared*>(self)->onRtp(info, static_cast<Shared*>(self)->video);
  };
  gst_pad_add_probe(pad, packets, kinds[line] == MediaLine::Kind::audio ? sound : picture, this, nullptr);
  if (line == cameraLine) {
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<Shared*>(self)->onCameraPacket(GST_PAD_PROBE_INFO_BUFFER(info));
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  if (line == screenLine) {
    gst_pad_add_probe(
        pad, packets,
        [](GstPad*, GstPadProbeInfo*, gpointer self) {
          static_cast<Shared*>(self)->lastScreenPacket = monotonicNow();
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
}

bool PeerConnection::Shared::admit(Received& received, size_t bytes) {
  if (!verified) {
    ++gated;
    return false;
  }
  ++received.packets;
  received.bytes += bytes;
  return true;
}

GstPadProbeReturn PeerConnection::Shared::onRtp(GstPadProbeInfo* info, Received& received) {
  const bool single = (info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0;
  const size_t bytes = single ? gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)) : 0;
  return admit(received, bytes) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

void PeerConnection::Shared::onRtcp(GstBuffer* compound) {
  if (const auto report = reports.read(compound, ntpNow())) downlink.onReport(*report);
  downlink.readRtcp(compound);
  readSenderReports(compound,
                    [this](uint32_t ssrc, uint64_t ntp, uint32_t rtp) { lipSync->onReport(ssrc, ntp, rtp); });
}

void PeerConnection::Shared::onCameraPacket(GstBuffer* packet) {
  constexpr size_t ssrcAt = 8;  // RFC 3550, 5.1
  std::array<uint8_t, 4> ssrc{};
  if (gst_buffer_extract(packet, ssrcAt, ssrc.data(), ssrc.size()) == ssrc.size())
    cameraSsrc = GST_READ_UINT32_BE(ssrc.data());
  cameraBytes += gst_buffer_get_size(packet);
}

bool PeerConnection::Shared::onSendingRtcp(GObject* session, GstBuffer* rtcp) const {
  const bool corrected = correctSenderReports(rtcp, [this](uint32_t ssrc) -> std::optional<SentCount> {
    for (const auto& stream : directStreams) {
      if (stream->ssrc() == ssrc) return stream->sent();
    }
    return std::nullopt;
  });
  if (uplinkCap == 0 || cameraSsrc == 0) return corrected;
  guint own = 0;
  g_object_get(session, "internal-ssrc", &own, nullptr);
  return addRemb(rtcp, own, cameraSsrc, static_cast<uint32_t>(uplinkCap)) || corrected;
}

void PeerConnection::Shared::onDtlsState(GObject* transport) {
  GstWebRTCDTLSTransportState state{};
  gchar* pem = nullptr;
  g_object_get(transport, "state", &state, "remote-certificate", &pem, nullptr);
  const std::unique_ptr<char, GFree> certificate(pem);
  if (state != GST_WEBRTC_DTLS_TRANSPORT_STATE_CONNECTED || verified || mismatch) return;
  if (certificateFingerprint(certificate.get()) == fingerprint) {
    verified = true;
    output->open();
    post([](PeerConnection& peer) { peer.setState(State::connected); });
  } else {
    mismatch = true;
    post([](PeerConnection& peer) { peer.setState(State::failed); });
  }
}

}  // namespace tributary
