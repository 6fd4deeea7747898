#include "base/main_context.h"

#include <glib.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace tributary {
namespace {

std::atomic<std::thread::id> owner;

using Work = std::function<void()>;

void destroyWork(gpointer data) {
  delete static_cast<Work*>(data);
}

gboolean runOnce(gpointer data) {
  (*static_cast<Work*>(data))();
  return G_SOURCE_REMOVE;
}

gboolean runAgain(gpointer data) {
  (*static_cast<Work*>(data))();
  return G_SOURCE_CONTINUE;
}

unsigned attach(GSource* source, GSourceFunc function, Work work, GMainContext* context = nullptr) {
  g_source_set_callback(source, function, new Work(std::move(work)), destroyWork);
  const unsigned id = g_source_attach(source, context);
  g_source_unref(source);
  return id;
}

unsigned attachTimeout(std::chrono::milliseconds delay, GSourceFunc function, Work work) {
  return attach(g_timeout_source_new(static_cast<guint>(delay.count())), function, std::move(work));
}

}  // namespace

namespace main_context {

void claim() {
  owner = std::this_thread::get_id();
}

void assertOwner() {
  if (owner.load() == std::this_thread::get_id()) return;
  std::fputs("assertOwner: called off the owner's thread\n", stderr);
  std::abort();
}

void post(Work work) {
  postTo(nullptr, std::move(work));
}

void postTo(GMainContext* context, Work work, std::chrono::milliseconds delay) {
  GSource* source =
      delay.count() > 0 ? g_timeout_source_new(static_cast<guint>(delay.count())) : g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  attach(source, runOnce, std::move(work), context);
}

}  // namespace main_context

Timer Timer::once(std::chrono::milliseconds delay, Work work) {
  return Timer(attachTimeout(delay, runOnce, std::move(work)));
}

Timer Timer::every(std::chrono::milliseconds interval, Work work) {
  return Timer(attachTimeout(interval, runAgain, std::move(work)));
}

void Timer::stop() {
  if (id_ == 0) return;
  // A `once` that has fired is gone already; g_source_remove would complain of it.
  GSource* source = g_main_context_find_source_by_id(nullptr, std::exchange(id_, 0));
  if (source != nullptr) g_source_destroy(source);
}

}  // namespace tributary
