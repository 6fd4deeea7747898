#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"

namespace tributary {

/// Draws DOT graphs as SVG with Graphviz's `dot`, a process for each: its layout may take any time and any
/// memory, and a process can be ended. Thread: owner.
class SvgRenderer {
 public:
  using Done = std::function<void(const Result<std::string>& svg)>;

  static constexpr int mostAtOnce = 2;

  /// `deadline` bounds what one graph may cost.
  explicit SvgRenderer(std::chrono::milliseconds deadline = std::chrono::seconds(10)) : deadline_(deadline) {}

  /// `done` is called once, from the main loop. Errors: rateLimited (others are being drawn), tooLarge (it
  /// took longer than the deadline), internal (no `dot` here; it could not read the graph).
  void render(const std::string& dot, Done done);

 private:
  std::chrono::milliseconds deadline_;
  std::shared_ptr<int> running_ = std::make_shared<int>(0);
};

}  // namespace tributary
