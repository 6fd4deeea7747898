#include "media/receive_lane.h"

#include <glib.h>
#include <pthread.h>

#include <future>
#include <memory>
#include <utility>

#include "base/main_context.h"
#include "media/thread_priority.h"

namespace tributary {

ReceiveLane::ReceiveLane() : context_(g_main_context_new()), thread_([this] { loop(); }) {}

ReceiveLane::~ReceiveLane() {
  stop_ = true;
  g_main_context_wakeup(context_);
  thread_.join();
  g_main_context_unref(context_);
}

void ReceiveLane::loop() {
  pthread_setname_np(pthread_self(), "receive");
  preferAsReceiver();
  g_main_context_push_thread_default(context_);
  while (!stop_) {
    g_main_context_iteration(context_, TRUE);
    std::this_thread::sleep_for(pauseFor(peers_));
  }
  g_main_context_pop_thread_default(context_);
}

void ReceiveLane::post(std::function<void()> work, std::chrono::milliseconds delay) const {
  main_context::postTo(context_, std::move(work), delay);
}

void ReceiveLane::settle() const {
  const auto done = std::make_shared<std::promise<void>>();
  auto reached = done->get_future();
  post([done] { done->set_value(); });
  reached.wait();
}

}  // namespace tributary
