#include <memory>

#include "metrics/process_stats.h"
#include "server/admin_api.h"

namespace tributary {
namespace {

using http::Call;

constexpr std::chrono::milliseconds quick{5000};
/// The picture is encoded beside the mixers, at low priority on a busy machine.
constexpr std::chrono::milliseconds slow{15'000};

void showLayout(const std::shared_ptr<Call>& call, RoomAdmin& rooms) {
  rooms.request(call->parameter("room"), "layout", Json::object(), quick,
                [call](const Result<Json>& layout) { call->reply(layout); });
}

/// The body's fields are those of the client message `setLayout`, which checks them.
void setLayout(const std::shared_ptr<Call>& call, RoomAdmin& rooms) {
  const auto body = call->json();
  if (!body) return call->fail(body.error());
  Json message = Json::object({{"type", message::SetLayout::type}, {"layout", (*body)["layout"]}});
  if (body->has("spotlight")) message.set("spotlight", (*body)["spotlight"]);
  const auto parsed = parseClientMessage(message);
  if (!parsed) return call->fail(parsed.error());
  rooms.operate(call->parameter("room"), parsed->message, [call, &rooms](const Result<Json>& done) {
    if (!done) return call->fail(done.error());
    showLayout(call, rooms);
  });
}

void showSnapshot(const std::shared_ptr<Call>& call, RoomAdmin& rooms) {
  rooms.fetch(call->parameter("room"), "snapshot", Json::object(), slow,
              [call](const Result<std::string>& jpeg) {
                if (!jpeg) return call->fail(jpeg.error());
                call->setHeader("Cache-Control", "no-store");
                call->reply(200, "image/jpeg", *jpeg);
              });
}

void withGraph(const std::shared_ptr<Call>& call, RoomAdmin& rooms,
               std::function<void(const std::string& dot)> done) {
  Json params = Json::object();
  for (const char* key : {"detail", "participant"}) {
    if (const std::string value = call->query(key); !value.empty()) params.set(key, value);
  }
  rooms.fetch(call->parameter("room"), "pipeline", params, slow,
              [call, done = std::move(done)](const Result<std::string>& dot) {
                if (!dot) return call->fail(dot.error());
                call->setHeader("Cache-Control", "no-store");
                done(*dot);
              });
}

void showStats(const std::shared_ptr<Call>& call, RoomAdmin& rooms) {
  const std::string room = call->parameter("room");
  rooms.request(room, "stats", Json::object(), quick, [call, &rooms, room](const Result<Json>& told) {
    if (!told) return call->fail(told.error());
    const auto info = rooms.find(room);
    const auto process = info ? readProcessStats(info->pid) : std::nullopt;
    Json out = Json::object({{"metrics", (*told)["metrics"]}});
    if (process) {
      out.set("process", Json::object({{"pid", info->pid},
                                       {"cpuSeconds", process->cpuSeconds},
                                       {"residentBytes", process->residentBytes},
                                       {"threads", process->threads}}));
    }
    call->reply(200, out);
  });
}

}  // namespace

void addPictureRoutes(ApiRoutes& routes, ApiContext context) {
  const std::string room = "/v1/rooms/{room}";
  routes.get(room + "/layout", Grant::roomAdmin,
             [&rooms = context.rooms](const auto& call) { showLayout(call, rooms); });
  routes.put(room + "/layout", Grant::roomAdmin,
             [&rooms = context.rooms](const auto& call) { setLayout(call, rooms); });
  routes.get(room + "/snapshot.jpg", Grant::roomAdmin,
             [&rooms = context.rooms](const auto& call) { showSnapshot(call, rooms); });
  routes.get(room + "/stats", Grant::roomAdmin,
             [&rooms = context.rooms](const auto& call) { showStats(call, rooms); });
  routes.get(room + "/pipeline.dot", Grant::roomAdmin, [&rooms = context.rooms](const auto& call) {
    withGraph(call, rooms,
              [call](const std::string& dot) { call->reply(200, "text/vnd.graphviz; charset=utf-8", dot); });
  });
  routes.get(room + "/pipeline.svg", Grant::roomAdmin, [context](const auto& call) {
    withGraph(call, context.rooms, [call, &svg = context.svg](const std::string& dot) {
      svg.render(dot, [call](const Result<std::string>& picture) {
        if (!picture) return call->fail(picture.error());
        call->reply(200, "image/svg+xml", *picture);
      });
    });
  });
}

}  // namespace tributary
