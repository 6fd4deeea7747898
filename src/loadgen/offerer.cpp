#include "loadgen/offerer.h"

#define GST_USE_UNSTABLE_API
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>

#include "base/log.h"
#include "base/main_context.h"
#include "media/prompt_feedback.h"

namespace tributary::load {
namespace {

using Weak = std::weak_ptr<Offerer>;

void freeWeak(gpointer data) {
  delete static_cast<Weak*>(data);
}

void connect(GstElement* webrtc, const char* signal, GCallback handler, const Weak& weak) {
  g_signal_connect_data(
      webrtc, signal, handler, new Weak(weak), [](gpointer data, GClosure*) { freeWeak(data); },
      GConnectFlags{});
}

}  // namespace

std::shared_ptr<Offerer> Offerer::create(ObjectPtr<GstElement> pipeline, ObjectPtr<GstElement> webrtc,
                                         Callbacks callbacks) {
  std::shared_ptr<Offerer> out(new Offerer);
  out->pipeline_ = std::move(pipeline);
  out->webrtc_ = std::move(webrtc);
  out->callbacks_ = std::move(callbacks);
  out->setUp();
  return out;
}

Offerer::~Offerer() {
  stop();
}

void Offerer::post(std::function<void(Offerer&)> work) {
  main_context::post([weak = weak_from_this(), work = std::move(work)] {
    if (const auto self = weak.lock()) work(*self);
  });
}

void Offerer::setUp() {
  bus_.watch(pipeline_.get(), [this](const std::string& element, const std::string& sentence) {
    log::error("peer.elementFailed", {{"element", element}, {"message", sentence}});
    if (callbacks_.onFailed) callbacks_.onFailed();
  });
  GObject* ice = nullptr;
  GObject* agent = nullptr;
  g_object_get(webrtc_.get(), "ice-agent", &ice, nullptr);
  g_object_get(ice, "agent", &agent, nullptr);
  g_object_set(agent, "upnp", FALSE, "ice-tcp", FALSE, nullptr);
  g_object_unref(agent);
  g_object_unref(ice);
  const Weak weak = weak_from_this();
  connect(webrtc_.get(), "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, Weak* held) {
            const auto self = held->lock();
            if (self && GST_PAD_IS_SRC(pad) && self->callbacks_.onStream) self->callbacks_.onStream(pad);
          }),
          weak);
  connect(webrtc_.get(), "on-ice-candidate",
          G_CALLBACK(+[](GstElement*, guint line, gchar* text, Weak* held) {
            const auto self = held->lock();
            if (!self) return;
            self->post([line, candidate = std::string(text)](Offerer& offerer) {
              if (offerer.callbacks_.onCandidate) offerer.callbacks_.onCandidate(candidate, line);
            });
          }),
          weak);
  connect(webrtc_.get(), "notify::connection-state", G_CALLBACK(+[](GstElement*, GParamSpec*, Weak* held) {
            const auto self = held->lock();
            if (self) self->post([](Offerer& offerer) { offerer.onConnectionState(); });
          }),
          weak);
  connect(
      webrtc_.get(), "on-negotiation-needed", G_CALLBACK(+[](GstElement* webrtc, Weak* held) {
        GstPromise* promise = gst_promise_new_with_change_func(
            [](GstPromise* done, gpointer data) {
              const auto self = static_cast<Weak*>(data)->lock();
              const GstStructure* reply = gst_promise_get_reply(done);
              GstWebRTCSessionDescription* offer = nullptr;
              if (!self || reply == nullptr ||
                  !gst_structure_get(reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, nullptr)) {
                return;
              }
              g_signal_emit_by_name(self->webrtc_.get(), "set-local-description", offer, nullptr);
              const std::unique_ptr<char, GFree> text(gst_sdp_message_as_text(offer->sdp));
              self->post([sdp = std::string(text.get())](Offerer& offerer) {
                if (offerer.callbacks_.onOffer) offerer.callbacks_.onOffer(sdp);
              });
              gst_webrtc_session_description_free(offer);
            },
            new Weak(*held), freeWeak);
        g_signal_emit_by_name(webrtc, "create-offer", nullptr, promise);
        gst_promise_unref(promise);
      }),
      weak);
}

void Offerer::onConnectionState() {
  if (!webrtc_) return;
  GstWebRTCPeerConnectionState state{};
  g_object_get(webrtc_.get(), "connection-state", &state, nullptr);
  const bool failed = state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED;
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED) {
    promptFeedback(webrtc_.get());  // as browsers do
    if (callbacks_.onConnected) callbacks_.onConnected();
  }
  if (failed && callbacks_.onFailed) callbacks_.onFailed();
}

void Offerer::start() {
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

void Offerer::setAnswer(const std::string& sdp) {
  GstSDPMessage* message = nullptr;
  if (!webrtc_ || gst_sdp_message_new_from_text(sdp.c_str(), &message) != GST_SDP_OK) return;
  GstWebRTCSessionDescription* answer =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, message);
  g_signal_emit_by_name(webrtc_.get(), "set-remote-description", answer, nullptr);
  gst_webrtc_session_description_free(answer);
}

void Offerer::addCandidate(const std::string& candidate, unsigned mline) {
  if (webrtc_ && !candidate.empty()) {
    g_signal_emit_by_name(webrtc_.get(), "add-ice-candidate", mline, candidate.c_str());
  }
}

void Offerer::stop() {
  if (!pipeline_) return;
  bus_.stop();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  webrtc_.reset();
  pipeline_.reset();
}

bool Offerer::connected() const {
  if (!webrtc_) return false;
  GstWebRTCPeerConnectionState state{};
  g_object_get(webrtc_.get(), "connection-state", &state, nullptr);
  return state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED;
}

}  // namespace tributary::load
