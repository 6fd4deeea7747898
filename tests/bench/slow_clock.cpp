#include "slow_clock.h"

#include <gst/gst.h>

#include <map>
#include <mutex>

namespace tributary::bench {
namespace {

/// What a GObject's own memory, which nobody constructs, cannot hold.
struct State {
  double times = 1;
  GstClock* real = gst_system_clock_obtain();
  GstClockTime begun = gst_clock_get_time(real);
  std::mutex mutex;
  std::map<GstClockEntry*, GstClockID> waits;
};

struct SlowClock {
  GstClock parent;
  State* state;
};

struct SlowClockClass {
  GstClockClass parent;
};

State& stateOf(GstClock* clock) {
  return *reinterpret_cast<SlowClock*>(clock)->state;
}

GstClockTime now(GstClock* clock) {
  const State& state = stateOf(clock);
  const auto passed = static_cast<double>(gst_clock_get_time(state.real) - state.begun);
  return state.begun + static_cast<GstClockTime>(passed / state.times);
}

/// By a wait of the real clock, so that unscheduling one ends the other.
GstClockReturn wait(GstClock* clock, GstClockEntry* entry, GstClockTimeDiff* jitter) {
  State& state = stateOf(clock);
  const GstClockTimeDiff left = GST_CLOCK_DIFF(gst_clock_get_time(clock), GST_CLOCK_ENTRY_TIME(entry));
  if (jitter != nullptr) *jitter = -left;
  if (left <= 0) return left == 0 ? GST_CLOCK_OK : GST_CLOCK_EARLY;
  const auto real = static_cast<GstClockTime>(static_cast<double>(left) * state.times);
  const GstClockID id = gst_clock_new_single_shot_id(state.real, gst_clock_get_time(state.real) + real);
  {
    const std::lock_guard lock(state.mutex);
    if (GST_CLOCK_ENTRY_STATUS(entry) == GST_CLOCK_UNSCHEDULED) {
      gst_clock_id_unref(id);
      return GST_CLOCK_UNSCHEDULED;
    }
    state.waits[entry] = id;
  }
  const GstClockReturn out = gst_clock_id_wait(id, nullptr);
  const std::lock_guard lock(state.mutex);
  state.waits.erase(entry);
  gst_clock_id_unref(id);
  return out == GST_CLOCK_EARLY ? GST_CLOCK_OK : out;
}

void unschedule(GstClock* clock, GstClockEntry* entry) {
  State& state = stateOf(clock);
  const std::lock_guard lock(state.mutex);
  GST_CLOCK_ENTRY_STATUS(entry) = GST_CLOCK_UNSCHEDULED;
  const auto waiting = state.waits.find(entry);
  if (waiting != state.waits.end()) gst_clock_id_unschedule(waiting->second);
}

void finalize(GObject* object) {
  State* state = reinterpret_cast<SlowClock*>(object)->state;
  gst_object_unref(state->real);
  delete state;
  G_OBJECT_CLASS(g_type_class_peek(GST_TYPE_CLOCK))->finalize(object);
}

void initClass(gpointer klass, gpointer) {
  auto* clock = GST_CLOCK_CLASS(klass);
  clock->get_internal_time = now;
  clock->get_resolution = [](GstClock*) -> GstClockTime { return 1; };
  clock->wait = wait;
  clock->unschedule = unschedule;
  G_OBJECT_CLASS(klass)->finalize = finalize;
}

void init(GTypeInstance* instance, gpointer) {
  reinterpret_cast<SlowClock*>(instance)->state = new State;
}

GType type() {
  static const GType made =
      g_type_register_static_simple(GST_TYPE_CLOCK, "TributarySlowClock", sizeof(SlowClockClass), initClass,
                                    sizeof(SlowClock), init, GTypeFlags{});
  return made;
}

}  // namespace

GstClock* makeSlowClock(double times) {
  auto* clock = GST_CLOCK(gst_object_ref_sink(g_object_new(type(), nullptr)));
  stateOf(clock).times = times;
  return clock;
}

}  // namespace tributary::bench
