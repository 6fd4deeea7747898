#pragma once

#include <gio/gio.h>

#include <functional>
#include <string>

#include "base/error.h"
#include "base/main_context.h"
#include "glib/object_ptr.h"

namespace tributary::http {

/// A listening TCP socket and whom it brings. Libsoup's own listener is not used: before 3.3.2 it keeps the
/// GSocket of every connection for good (its commit b545d5f0), and it never listens again after one accept()
/// that failed, be it for a client that was gone already. Thread: owner.
class Listener {
 public:
  using OnConnection = std::function<void(GIOStream*, GSocketAddress* local, GSocketAddress* remote)>;

  explicit Listener(OnConnection onConnection) : onConnection_(std::move(onConnection)) {}
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// `port` 0 takes any free one. Error `internal`, naming address and cause.
  Result<void> listen(const std::string& host, int port);
  /// 0 before listen().
  int port() const;

 private:
  void watch();
  void unwatch();
  bool accept();

  OnConnection onConnection_;
  ObjectPtr<GSocket> socket_;
  GSource* source_ = nullptr;
  Timer pause_;
};

}  // namespace tributary::http
