#pragma once

#include <gst/gst.h>

namespace tributary {

inline constexpr auto packetProbe =
    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);

/// What a `packetProbe` is called for, one after the other: a packet, or a list of them.
template <typename Work>
void forEachPacket(GstPadProbeInfo* info, Work work) {
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) return work(GST_PAD_PROBE_INFO_BUFFER(info));
  GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
  for (guint i = 0; i < gst_buffer_list_length(list); ++i)
    work(gst_buffer_list_get(list, i));
}

}  // namespace tributary
