#include "rate/transport_feedback_writer.h"

#include <algorithm>
#include <limits>
#include <span>

#include "rate/units.h"

namespace tributary {
namespace {

using feedback_time::referenceTick;
using feedback_time::tick;

constexpr size_t mostStatuses = 1000;  // a second of 10 Mbit/s
constexpr int64_t widestGap = 5000;    // numbers; what jumps further is another sender's numbering

enum class Status : uint8_t { missing = 0, small = 1, large = 2 };

class Body {
 public:
  void put8(uint32_t value) { bytes_.push_back(static_cast<uint8_t>(value)); }
  void put16(uint32_t value) {
    put8(value >> 8);
    put8(value);
  }
  void put32(uint32_t value) {
    put16(value >> 16);
    put16(value);
  }
  std::vector<uint8_t> take() { return std::move(bytes_); }
  std::vector<uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

/// As many symbols of `bits` as fit into a chunk's 14; those after the last are "missing" and not counted.
uint32_t vectorChunk(std::span<const Status> statuses, unsigned bits) {
  uint32_t chunk = bits == 1 ? 0x8000 : 0xc000;
  const size_t symbols = 14 / bits;
  for (size_t i = 0; i < std::min(symbols, statuses.size()); ++i)
    chunk |= static_cast<uint32_t>(statuses[i]) << (bits * (symbols - 1 - i));
  return chunk;
}

/// Whichever of the three kinds tells most with its 16 bits.
void putChunks(Body& body, std::span<const Status> statuses) {
  constexpr size_t longestRun = 0x1fff;
  while (!statuses.empty()) {
    const auto change =
        std::ranges::find_if(statuses, [&](Status status) { return status != statuses.front(); });
    const auto run = std::min(static_cast<size_t>(change - statuses.begin()), longestRun);
    const auto large = static_cast<size_t>(std::ranges::find(statuses, Status::large) - statuses.begin());
    size_t told = run;
    if (run >= std::min<size_t>(large >= 14 ? 14 : 7, statuses.size())) {
      body.put16(static_cast<uint32_t>(statuses.front()) << 13 | static_cast<uint32_t>(run));
    } else if (large >= std::min<size_t>(14, statuses.size())) {
      told = std::min<size_t>(14, statuses.size());
      body.put16(vectorChunk(statuses, 1));
    } else {
      told = std::min<size_t>(7, statuses.size());
      body.put16(vectorChunk(statuses, 2));
    }
    statuses = statuses.subspan(told);
  }
}

void putDeltas(Body& body, std::span<const Status> statuses, std::span<const int64_t> deltas) {
  for (const Status status : statuses) {
    if (status == Status::missing) continue;
    const auto delta = static_cast<uint32_t>(deltas.front());
    deltas = deltas.subspan(1);
    if (status == Status::small) {
      body.put8(delta);
    } else {
      body.put16(delta & 0xffff);
    }
  }
}

}  // namespace

int64_t TransportFeedbackWriter::unwrap(uint16_t sequence) const {
  const auto ahead = static_cast<int16_t>(static_cast<uint16_t>(sequence - static_cast<uint16_t>(newest_)));
  return newest_ + ahead;
}

/// False for a copy. Nearly all come at the end.
bool TransportFeedbackWriter::add(Arrival arrival) {
  if (arrivals_.empty() || arrivals_.back().number < arrival.number) {
    arrivals_.push_back(arrival);
    return true;
  }
  const auto place = std::ranges::lower_bound(arrivals_, arrival.number, {}, &Arrival::number);
  if (place->number == arrival.number) return false;
  arrivals_.insert(place, arrival);
  return true;
}

void TransportFeedbackWriter::onPacket(uint16_t sequence, int64_t arrived) {
  const int64_t number = next_ ? unwrap(sequence) : sequence;
  if (!next_ || std::abs(number - newest_) > widestGap) {
    arrivals_.clear();
    next_ = oldest_ = newest_ = number;
  }
  if (number < oldest_ || !add({number, arrived})) return;
  newest_ = std::max(newest_, number);
  next_ = std::min(*next_, number);
  forget(arrived);
}

void TransportFeedbackWriter::forget(int64_t now) {
  while (!arrivals_.empty()) {
    const auto [number, arrived] = arrivals_.front();
    const bool told = number < *next_;
    if (now - arrived < memory || (!told && arrivals_.size() < 2 * mostStatuses)) return;
    oldest_ = number + 1;
    next_ = std::max(*next_, oldest_);
    arrivals_.pop_front();
  }
}

std::vector<uint8_t> TransportFeedbackWriter::write(uint32_t sender, uint32_t media) {
  if (!next_) return {};
  auto packet = std::ranges::lower_bound(arrivals_, *next_, {}, &Arrival::number);
  if (packet == arrivals_.end()) return {};
  const int64_t base = std::max(*next_, packet->number - static_cast<int64_t>(mostStatuses) / 2);
  const int64_t reference = packet->at / referenceTick;
  std::vector<Status> statuses;
  std::vector<int64_t> deltas;
  int64_t told = reference * referenceTick;
  for (; packet != arrivals_.end() && packet->number - base < static_cast<int64_t>(mostStatuses); ++packet) {
    const int64_t delta = (packet->at - told + (packet->at < told ? -tick : tick) / 2) / tick;
    if (delta < std::numeric_limits<int16_t>::min() || delta > std::numeric_limits<int16_t>::max()) break;
    told += delta * tick;
    statuses.resize(static_cast<size_t>(packet->number - base), Status::missing);
    statuses.push_back(delta >= 0 && delta <= 0xff ? Status::small : Status::large);
    deltas.push_back(delta);
  }
  next_ = base + static_cast<int64_t>(statuses.size());

  Body body;
  body.put32(0x8fcd0000);  // version 2, transport-wide feedback (RTPFB 15); the length comes last
  body.put32(sender);
  body.put32(media);
  body.put16(static_cast<uint16_t>(base));
  body.put16(static_cast<uint32_t>(statuses.size()));
  body.put32((static_cast<uint32_t>(reference) & 0xffffff) << 8 | count_++);
  putChunks(body, statuses);
  putDeltas(body, statuses, deltas);
  while (body.bytes().size() % 4 != 0)
    body.put8(0);
  const size_t words = body.bytes().size() / 4 - 1;
  body.bytes()[2] = static_cast<uint8_t>(words >> 8);
  body.bytes()[3] = static_cast<uint8_t>(words);
  return body.take();
}

}  // namespace tributary
