#include "media/short_cut.h"

#include <gst/gst.h>

#include "glib/object_ptr.h"
#include "media/elements.h"

namespace tributary {
namespace {

/// The funnel's pad that the stream into `sink` arrives at; null when none is found.
ObjectPtr<GstPad> funnelPad(GstPad* sink) {
  constexpr int farthest = 4;  // two in every release from 1.20 to 1.26
  auto pad = ObjectPtr<GstPad>::adopt(gst_ghost_pad_get_target(GST_GHOST_PAD(sink)));
  for (int hop = 0; pad && hop < farthest; ++hop) {
    const auto element = ObjectPtr<GstElement>::adopt(gst_pad_get_parent_element(pad.get()));
    if (!element) return {};
    if (isMadeBy(element.get(), "rtpfunnel")) return pad;
    const auto source = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(element.get(), "src"));
    if (!source) return {};
    pad = ObjectPtr<GstPad>::adopt(gst_pad_get_peer(source.get()));
  }
  return {};
}

}  // namespace

bool takeShortCut(GstPad* from) {
  const auto sink = ObjectPtr<GstPad>::adopt(gst_pad_get_peer(from));
  if (!sink || !GST_IS_GHOST_PAD(sink.get())) return false;
  const auto target = funnelPad(sink.get());
  if (!target) return false;
  const auto before = ObjectPtr<GstPad>::adopt(gst_pad_get_peer(target.get()));
  gst_pad_unlink(before.get(), target.get());
  gst_pad_unlink(from, sink.get());
  if (gst_pad_link_full(from, target.get(), GST_PAD_LINK_CHECK_NOTHING) == GST_PAD_LINK_OK) return true;
  gst_pad_link_full(before.get(), target.get(), GST_PAD_LINK_CHECK_NOTHING);
  gst_pad_link(from, sink.get());
  return false;
}

}  // namespace tributary
