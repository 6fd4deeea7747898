#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/main_context.h"
#include "server/room_directory.h"

namespace tributary {

/// A participant's place in a room: it outlives the connection by departureTimeout.
struct Seat {
  enum class State { joining, seated, away };

  std::string identity;
  std::string resumeToken;
  std::string name;
  std::string role;
  State state = State::joining;
  std::string sessionId;             ///< of the present connection; empty while away
  std::weak_ptr<RoomClient> client;  ///< of that connection
  uint64_t generation = 0;           ///< of the room process that knows the participant; 0: none
  Timer departure;                   ///< runs while away
};

/// The seats of one room. References stay good until the seat is removed. Thread: owner.
class Seats {
 public:
  /// `onGivenUp` is called from the main loop when a seat was away for `departureTimeout` and is gone.
  Seats(std::chrono::milliseconds departureTimeout,
        std::function<void(const std::string& identity)> onGivenUp);

  Seat& add(const std::string& name, const std::string& role);
  void occupy(Seat& seat, const std::string& sessionId, std::weak_ptr<RoomClient> client);
  /// Empties the seat and starts its departure timer.
  void vacate(Seat& seat);
  void remove(Seat& seat);

  /// For those who go away from now on.
  void setDepartureTimeout(std::chrono::milliseconds timeout) { departureTimeout_ = timeout; }

  Seat* byToken(const std::string& token);
  Seat* byIdentity(const std::string& identity);
  Seat* bySession(const std::string& sessionId);
  size_t size() const { return seats_.size(); }
  /// All of them; the caller may vacate, occupy and remove while going through the copy.
  std::vector<std::string> tokens() const;

 private:
  std::chrono::milliseconds departureTimeout_;
  const std::function<void(const std::string& identity)> onGivenUp_;
  std::map<std::string, std::unique_ptr<Seat>> seats_;  ///< by resume token
  std::map<std::string, Seat*> bySession_;
};

}  // namespace tributary
