#pragma once

#include <glib-object.h>

#include <string>
#include <utility>

#include "base/error.h"

namespace tributary {

/// Shared ownership of a GObject (anything g_object_ref takes).
template <typename T>
class ObjectPtr {
 public:
  ObjectPtr() = default;
  ~ObjectPtr() { reset(); }
  ObjectPtr(const ObjectPtr& other) : object_(other.object_) {
    if (object_ != nullptr) g_object_ref(object_);
  }
  ObjectPtr(ObjectPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ObjectPtr& operator=(ObjectPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }

  /// Takes over a reference the caller owns (transfer full).
  static ObjectPtr adopt(void* object) {
    ObjectPtr out;
    out.object_ = static_cast<T*>(object);
    return out;
  }
  /// Adds a reference (transfer none).
  static ObjectPtr share(void* object) {
    if (object != nullptr) g_object_ref(object);
    return adopt(object);
  }
  /// Sinks a floating reference (new GStreamer elements).
  static ObjectPtr sink(void* object) {
    if (object != nullptr) g_object_ref_sink(object);
    return adopt(object);
  }

  void reset() {
    if (object_ != nullptr) g_object_unref(std::exchange(object_, nullptr));
  }
  T* get() const { return object_; }
  T* release() { return std::exchange(object_, nullptr); }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

/// Disconnects a signal handler when it goes. Holds no reference: the object must outlive it or be
/// destroyed together with it.
class SignalConnection {
 public:
  SignalConnection() = default;
  SignalConnection(void* object, gulong id) : object_(object), id_(id) {}
  SignalConnection(SignalConnection&& other) noexcept
      : object_(std::exchange(other.object_, nullptr)), id_(std::exchange(other.id_, 0)) {}
  SignalConnection& operator=(SignalConnection&& other) noexcept {
    disconnect();
    object_ = std::exchange(other.object_, nullptr);
    id_ = std::exchange(other.id_, 0);
    return *this;
  }
  ~SignalConnection() { disconnect(); }

  void disconnect() {
    if (id_ != 0) g_signal_handler_disconnect(object_, std::exchange(id_, 0));
  }

 private:
  void* object_ = nullptr;
  gulong id_ = 0;
};

/// Frees with g_free.
struct GFree {
  void operator()(void* memory) const { g_free(memory); }
};

/// Turns a GError the caller owns into ours, and frees it.
inline Error takeError(GError* error, ErrorCode code, const std::string& doing) {
  Error out{code, doing + ": " + (error != nullptr ? error->message : "unknown error")};
  g_clear_error(&error);
  return out;
}

}  // namespace tributary
