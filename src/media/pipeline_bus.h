#pragma once

#include <functional>
#include <string>

typedef struct _GstBus GstBus;
typedef struct _GstElement GstElement;
typedef struct _GstMessage GstMessage;

namespace tributary {

/// Watches a pipeline's bus on the owner's context until destroyed. Warnings are logged here.
class PipelineBus {
 public:
  /// `element` is the factory's name ("vp8dec"), `sentence` what it said. Thread: owner.
  using OnError = std::function<void(const std::string& element, const std::string& sentence)>;

  PipelineBus() = default;
  ~PipelineBus() { stop(); }
  PipelineBus(const PipelineBus&) = delete;
  PipelineBus& operator=(const PipelineBus&) = delete;

  void watch(GstElement* pipeline, OnError onError);
  void stop();

 private:
  OnError onError_;
  unsigned id_ = 0;

  static int onMessage(GstBus*, GstMessage* message, void* self);
};

}  // namespace tributary
