#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <string>

#include "glib/object_ptr.h"
#include "media/pipeline_bus.h"

namespace tributary::load {

/// The offering side of a WebRTC connection: drives a webrtcbin that its owner has put into a pipeline.
/// Thread: owner (the default main context), callbacks too, where nothing else is said.
class Offerer : public std::enable_shared_from_this<Offerer> {
 public:
  struct Callbacks {
    std::function<void(const std::string& sdp)> onOffer;
    std::function<void(const std::string& candidate, unsigned mline)> onCandidate;
    std::function<void()> onConnected;
    std::function<void()> onFailed;             ///< the connection, or an element of the pipeline
    std::function<void(GstPad* pad)> onStream;  ///< a stream to receive. Thread: streaming
  };

  /// `webrtc` stands in `pipeline` with its senders linked or its transceivers added; state NULL.
  static std::shared_ptr<Offerer> create(ObjectPtr<GstElement> pipeline, ObjectPtr<GstElement> webrtc,
                                         Callbacks callbacks);
  ~Offerer();

  void start();
  void setAnswer(const std::string& sdp);
  void addCandidate(const std::string& candidate, unsigned mline);
  /// Goes without a word: the pipeline is NULL afterwards.
  void stop();
  bool connected() const;

  GstElement* pipeline() const { return pipeline_.get(); }
  GstElement* webrtc() const { return webrtc_.get(); }

 private:
  Offerer() = default;
  void setUp();
  void onConnectionState();
  /// Later, on the owner's thread, if this is still there. Thread: any.
  void post(std::function<void(Offerer&)> work);

  ObjectPtr<GstElement> pipeline_;
  ObjectPtr<GstElement> webrtc_;
  Callbacks callbacks_;
  PipelineBus bus_;
};

}  // namespace tributary::load
