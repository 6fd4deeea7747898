#pragma once

#include "glib/object_ptr.h"

typedef struct _GstElement GstElement;

namespace tributary {

/// The first element of that factory inside a bin, however deep; null when there is none. Thread: any.
ObjectPtr<GstElement> findElement(GstElement* bin, const char* factory);

/// Whether an element was made by that factory. Thread: any.
bool isMadeBy(GstElement* element, const char* factory);

}  // namespace tributary
