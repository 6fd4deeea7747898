#include "media/peer_shared.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <array>

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

void PeerConnection::Shared::onPadAdded(GstPad* pad) {
  if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
  GObject* found = nullptr;
  g_object_get(pad, "transceiver", &found, nullptr);
  if (found == nullptr) return;
  const auto transceiver = ObjectPtr<GstWebRTCRTPTransceiver>::adopt(found);
  guint line = 0;
  g_object_get(transceiver.get(), "mlineindex", &line, nullptr);
  if (line >= ingestPads.size() || ingestPads[line] == nullptr || gst_pad_is_linked(ingestPads[line])) return;
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo* info, gpointer self) { return static_cast<Shared*>(self)->onRtp(info); },
      this, nullptr);
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
        pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
        [](GstPad*, GstPadProbeInfo*, gpointer self) {
          static_cast<Shared*>(self)->lastScreenPacket = monotonicNow();
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  if (gst_pad_link(pad, ingestPads[line]) != GST_PAD_LINK_OK) {
    log::error("peer.linkFailed", {{"mline", line}});
  }
}

GstPadProbeReturn PeerConnection::Shared::onRtp(GstPadProbeInfo* info) {
  if (!verified) {
    ++gated;
    return GST_PAD_PROBE_DROP;
  }
  ++rtpPackets;
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    rtpBytes += gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
  return GST_PAD_PROBE_OK;
}

void PeerConnection::Shared::onRtcp(GstBuffer* compound) {
  if (reports.read(compound, ntpNow())) {
    if (const auto worst = reports.worst()) downlink.onReport(worst->fractionLost, worst->roundTripMs);
  }
  downlink.readRtcp(compound);
}

void PeerConnection::Shared::onCameraPacket(GstBuffer* packet) {
  constexpr size_t ssrcAt = 8;  // RFC 3550, 5.1
  std::array<uint8_t, 4> ssrc{};
  if (gst_buffer_extract(packet, ssrcAt, ssrc.data(), ssrc.size()) == ssrc.size())
    cameraSsrc = GST_READ_UINT32_BE(ssrc.data());
  cameraBytes += gst_buffer_get_size(packet);
}

bool PeerConnection::Shared::onSendingRtcp(GObject* session, GstBuffer* rtcp) const {
  if (uplinkCap == 0 || cameraSsrc == 0) return false;
  guint own = 0;
  g_object_get(session, "internal-ssrc", &own, nullptr);
  return addRemb(rtcp, own, cameraSsrc, static_cast<uint32_t>(uplinkCap));
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
