#include "server/seats.h"

#include "base/random_id.h"

namespace tributary {

Seats::Seats(std::chrono::milliseconds departureTimeout,
             std::function<void(const std::string& identity)> onGivenUp)
    : departureTimeout_(departureTimeout), onGivenUp_(std::move(onGivenUp)) {}

Seat& Seats::add(const std::string& name, const std::string& role) {
  auto seat = std::make_unique<Seat>();
  seat->identity = randomId("p_");
  seat->resumeToken = randomToken();
  seat->name = name;
  seat->role = role;
  return *seats_.emplace(seat->resumeToken, std::move(seat)).first->second;
}

void Seats::occupy(Seat& seat, const std::string& sessionId, std::weak_ptr<RoomClient> client) {
  bySession_.erase(seat.sessionId);
  seat.departure.stop();
  seat.state = Seat::State::joining;
  seat.sessionId = sessionId;
  seat.client = std::move(client);
  bySession_[sessionId] = &seat;
}

void Seats::vacate(Seat& seat) {
  bySession_.erase(seat.sessionId);
  seat.sessionId.clear();
  seat.client.reset();
  seat.state = Seat::State::away;
  seat.departure = Timer::once(departureTimeout_, [this, token = seat.resumeToken] {
    Seat* late = byToken(token);
    if (late == nullptr) return;
    const std::string identity = late->identity;
    remove(*late);
    onGivenUp_(identity);
  });
}

void Seats::remove(Seat& seat) {
  bySession_.erase(seat.sessionId);
  seats_.erase(std::string(seat.resumeToken));
}

Seat* Seats::byToken(const std::string& token) {
  const auto at = seats_.find(token);
  return at != seats_.end() ? at->second.get() : nullptr;
}

Seat* Seats::byIdentity(const std::string& identity) {
  for (const auto& [token, seat] : seats_) {
    if (seat->identity == identity) return seat.get();
  }
  return nullptr;
}

Seat* Seats::bySession(const std::string& sessionId) {
  const auto at = bySession_.find(sessionId);
  return at != bySession_.end() ? at->second : nullptr;
}

std::vector<std::string> Seats::tokens() const {
  std::vector<std::string> out;
  for (const auto& [token, seat] : seats_)
    out.push_back(token);
  return out;
}

}  // namespace tributary
