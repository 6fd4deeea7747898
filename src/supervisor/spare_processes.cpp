#include "supervisor/spare_processes.h"

#include <algorithm>

#include "base/log.h"

namespace tributary {
namespace {

/// Late enough that a starting room and its first join have the machine for themselves.
constexpr std::chrono::milliseconds shortDelay{500};
constexpr std::chrono::milliseconds longDelay{30'000};

}  // namespace

SpareProcesses::SpareProcesses(std::string program, int count)
    : program_(std::move(program)), count_(static_cast<size_t>(count)), delay_(shortDelay) {
  refill_ = Timer::once(std::chrono::milliseconds(0), [this] { refill(); });
}

Result<std::unique_ptr<RoomProcess>> SpareProcesses::take() {
  refillSoon();
  if (spares_.empty()) return RoomProcess::start(program_);
  auto process = std::move(spares_.back());
  spares_.pop_back();
  process->setHandlers({});
  delay_ = shortDelay;
  return process;
}

void SpareProcesses::refillSoon() {
  refill_ = Timer::once(delay_, [this] { refill(); });
}

void SpareProcesses::refill() {
  if (spares_.size() >= count_) return;
  auto process = RoomProcess::start(program_);
  if (!process) {
    log::error("room.spareFailed", {{"error", process.error().message}});
    delay_ = std::min(delay_ * 2, longDelay);
  } else {
    const RoomProcess* key = process->get();
    (*process)->setHandlers({nullptr, [this, key](const std::string& reason) {
                               log::warning("room.spareDied", {{"pid", key->pid()}, {"reason", reason}});
                               forget(key);
                             }});
    spares_.push_back(std::move(*process));
  }
  refillSoon();
}

void SpareProcesses::forget(const RoomProcess* process) {
  delay_ = std::min(delay_ * 2, longDelay);
  std::erase_if(spares_, [process](const auto& spare) { return spare.get() == process; });
  refillSoon();
}

}  // namespace tributary
