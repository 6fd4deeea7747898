#include "media/elements.h"

#include <gst/gst.h>

#include <string_view>

namespace tributary {

ObjectPtr<GstElement> findElement(GstElement* bin, const char* factory) {
  GstIterator* all = gst_bin_iterate_all_by_element_factory_name(GST_BIN(bin), factory);
  GValue found = G_VALUE_INIT;
  ObjectPtr<GstElement> out;
  if (gst_iterator_next(all, &found) == GST_ITERATOR_OK) {
    out = ObjectPtr<GstElement>::share(g_value_get_object(&found));
    g_value_unset(&found);
  }
  gst_iterator_free(all);
  return out;
}

bool isMadeBy(GstElement* element, const char* factory) {
  GstElementFactory* made = gst_element_get_factory(element);
  return made != nullptr && std::string_view(GST_OBJECT_NAME(made)) == factory;
}

}  // namespace tributary
