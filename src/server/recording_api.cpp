#include "server/recording_api.h"

#include "http/call.h"

namespace tributary {
namespace {

using CallPtr = std::shared_ptr<http::Call>;

}  // namespace

RecordingApi::RecordingApi(Recordings& recordings, ApiRoutes& routes) : recordings_(recordings) {
  const auto to = [this](void (RecordingApi::*handle)(const CallPtr&)) {
    return [this, handle](const CallPtr& call) { (this->*handle)(call); };
  };
  constexpr auto grant = Grant::roomRecord;
  routes.get("/v1/recordings", grant, to(&RecordingApi::list));
  routes.get("/v1/rooms/{room}/recordings", grant, to(&RecordingApi::listOfRoom));
  routes.post("/v1/rooms/{room}/recordings", grant, to(&RecordingApi::start));
  routes.get("/v1/recordings/{id}", grant, to(&RecordingApi::show));
  routes.remove("/v1/recordings/{id}", grant, to(&RecordingApi::remove));
  routes.post("/v1/recordings/{id}/stop", grant, to(&RecordingApi::stop));
  routes.post("/v1/recordings/{id}/pause", grant, to(&RecordingApi::pause));
  routes.post("/v1/recordings/{id}/resume", grant, to(&RecordingApi::resume));
  routes.get("/v1/recordings/{id}/files/{name}", grant, to(&RecordingApi::sendFile));
}

void RecordingApi::list(const CallPtr& call) {
  call->reply(200, recordings_.list(call->query("room")));
}

void RecordingApi::listOfRoom(const CallPtr& call) {
  call->reply(200, recordings_.list(call->parameter("room")));
}

void RecordingApi::start(const CallPtr& call) {
  const auto request = call->json();
  if (!request) return call->fail(request.error());
  recordings_.start(call->parameter("room"), *request, "api", [call](const Result<Json>& started) {
    if (!started) return call->fail(started.error());
    call->setHeader("Location", "/v1/recordings/" + (*started)["recordingId"].stringOr(""));
    call->reply(201, *started);
  });
}

void RecordingApi::show(const CallPtr& call) {
  recordings_.get(call->parameter("id"), [call](const Result<Json>& found) { call->reply(found); });
}

void RecordingApi::remove(const CallPtr& call) {
  recordings_.remove(call->parameter("id"), [call](const Result<Json>& removed) {
    if (!removed) return call->fail(removed.error());
    call->replyEmpty();
  });
}

void RecordingApi::stop(const CallPtr& call) {
  recordings_.stopById(call->parameter("id"), [call](const Result<Json>& stopped) { call->reply(stopped); });
}

void RecordingApi::pause(const CallPtr& call) {
  call->reply(recordings_.setPaused(call->parameter("id"), true));
}

void RecordingApi::resume(const CallPtr& call) {
  call->reply(recordings_.setPaused(call->parameter("id"), false));
}

void RecordingApi::sendFile(const CallPtr& call) {
  const std::string name = call->parameter("name");
  recordings_.openFile(call->parameter("id"), name,
                       [call, name](Result<UniqueFd> file, const std::string& type) {
                         if (!file) return call->fail(file.error());
                         if (call->query("download") == "1") {
                           call->setHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
                         }
                         call->replyFile(std::move(*file), type.c_str());
                       });
}

}  // namespace tributary
