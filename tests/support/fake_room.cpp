// A stand-in for tributary-room that speaks docs/room-channel.md without any media. The room's name says how
// it behaves: crash-at-start, never-ready, refuse, refuse-changes, hang, garbage, strangers, slow-stop, busy;
// any other is well behaved. A chat of "crash", "hang", "garbage" or "silence" makes even that one misbehave.
#include <glib-unix.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/main_context.h"
#include "ipc/channel.h"

using namespace tributary;

namespace {

constexpr int channelFd = 3;

class FakeRoom {
 public:
  FakeRoom() {
    Channel::Handlers handlers;
    handlers.onRequest = [this](const std::string& method, const Json& params, Reply reply) {
      onRequest(method, params, std::move(reply));
    };
    handlers.onClosed = [](const std::string&) { std::exit(0); };
    channel_.emplace(UniqueFd(channelFd), std::move(handlers));
  }

 private:
  void onRequest(const std::string& method, const Json& params, Reply reply) {
    if (method == "configure") return configure(params, std::move(reply));
    if (method == "reconfigure") return reconfigure(params, std::move(reply));
    if (method == "join") return join(params, std::move(reply));
    if (method == "client") return client(params, std::move(reply));
    if (method == "leave") return leave(params, std::move(reply));
    if (method == "ping") return reply(Json::object({{"load", name_ == "busy" ? 1000.0 : 0.25}}));
    if (method == "stats") return reply(Json::object({{"metrics", stats()}}));
    if (method == "stop") return stop(std::move(reply));
    if (method == "describe") return reply(describe());
    if (method == "layout") return reply(layout());
    if (method == "operator") return operate(params["message"], std::move(reply));
    if (method == "limits") return reply(Json::object());
    if (method == "snapshot") return write("\xff\xd8 a picture", std::move(reply));
    if (method == "pipeline") return write(graph(params), std::move(reply));
    reply(fail(ErrorCode::notFound, "no method " + method));
  }

  void configure(const Json& params, Reply reply) {
    name_ = params["room"].stringOr("");
    if (name_ == "crash-at-start") std::_Exit(3);
    if (name_ == "refuse") return reply(fail(ErrorCode::badRequest, "profile.canvas.width must be even"));
    if (name_ == "never-ready") {
      owed_ = std::make_shared<Reply>(std::move(reply));
      return;
    }
    if (name_ == "slow-stop") std::signal(SIGTERM, SIG_IGN);
    layout_ = params["profile"]["layout"]["name"].stringOr(layout_);
    reply(Json::object());
    if (name_ == "hang") hang();
  }

  void reconfigure(const Json& params, Reply reply) {
    if (name_ == "refuse-changes") return reply(fail(ErrorCode::internal, "no encoder starts"));
    layout_ = params["profile"]["layout"]["name"].stringOr("grid");
    reply(Json::object());
  }

  Json describe() const {
    return Json::object({{"layout", layout_},
                         {"video", Json::object({{"width", 1280}, {"height", 720}, {"framerate", 25}})},
                         {"participants", everybody()}});
  }

  /// What a moderator may say, as far as tests look at it.
  void operate(const Json& message, Reply reply) {
    const std::string identity = message["identity"].stringOr("");
    if (message["type"].string() == "setLayout") {
      if (message["layout"].string() != "speaker") return reply(fail(ErrorCode::notFound, "no such layout"));
      layout_ = "speaker";
      return reply(Json::object());
    }
    if (!participants_.contains(identity))
      return reply(fail(ErrorCode::notFound, "nobody has that identity"));
    if (message["remove"].booleanOr(false)) drop(identity);
    for (const char* key : {"name", "audioMuted", "videoMuted"}) {
      if (message.has(key) && participants_.contains(identity))
        participants_[identity].set(key, message[key]);
    }
    reply(Json::object());
  }

  void write(const std::string& text, Reply reply) {
    const UniqueFd file = channel_->takeFd();
    const bool written = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    reply(written ? Result<Json>(Json::object()) : fail(ErrorCode::internal, "no file to write to"));
  }

  static std::string graph(const Json& params) {
    if (params["detail"].string() == "broken") return "digraph {";
    return "digraph { a -> b }";
  }

  static void hang() {
    for (;;)
      pause();
  }

  static void writeGarbage() {
    constexpr std::string_view garbage = "\0\0\0\5hello";
    [[maybe_unused]] const auto written = ::write(channelFd, garbage.data(), garbage.size());
    const std::string frame("\0\0\0\5hello", 9);
    [[maybe_unused]] const auto again = ::write(channelFd, frame.data(), frame.size());
  }

  void join(const Json& params, Reply reply) {
    if (name_ == "garbage") return writeGarbage();
    const std::string identity = params["identity"].stringOr("");
    const Json participant = Json::object({{"identity", identity},
                                           {"name", params["name"]},
                                           {"role", params["role"]},
                                           {"audioMuted", false},
                                           {"videoMuted", false},
                                           {"handRaised", false},
                                           {"screenShared", false},
                                           {"joinedAt", "2026-11-22T19:00:00Z"}});
    const bool known = participants_.contains(identity);
    participants_[identity] = participant;
    sessions_[params["sessionId"].stringOr("")] = identity;
    ++joins_;
    reply(Json::object({{"participant", participant},
                        {"participants", everybody()},
                        {"layout", layout()},
                        {"recording", nullptr},
                        {"activeSpeakers", Json::array({"p_who_talks"})},
                        {"capacity", Json::object({{"level", 1}, {"saved", Json::array({"framerate"})}})},
                        {"features", Json::object({{"layouts", Json::array({"grid", "speaker"})}})}}));
    if (!known) tell(nullptr, Json::object({{"type", "participantJoined"}, {"participant", participant}}));
    if (name_ == "strangers") {
      tell(Json::array({"s_nobody", 7, nullptr}), Json::object({{"type", "pong"}}));
      tell(nullptr, Json("no message"));
      channel_->notify("drop", Json::object({{"sessionId", "s_nobody"}}));
      channel_->notify("dance", Json::object());
    }
  }

  void client(const Json& params, Reply reply) {
    const std::string session = params["sessionId"].stringOr("");
    const Json message = params["message"];
    const std::string type = message["type"].stringOr("");
    if (type == "offer") {
      return reply(Json::object({{"message", Json::object({{"type", "answer"}, {"sdp", "v=0\r\n"}})}}));
    }
    if (type == "setLayout") return reply(fail(ErrorCode::notFound, "there is no such layout"));
    if (type == "moderate") drop(message["identity"].stringOr(""));
    if (type == "chat" && !chat(session, message["text"].stringOr(""), reply)) return;
    if (reply) reply(Json::object());
  }

  /// False when the reply was taken.
  bool chat(const std::string& session, const std::string& text, Reply& reply) {
    if (text == "crash") std::abort();
    if (text == "hang") hang();
    if (text == "garbage") writeGarbage();
    if (text == "silence") {
      owed_ = std::make_shared<Reply>(std::move(reply));
      return false;
    }
    if (text == "nonsense") {
      reply(Json::object({{"message", 7}}));
      return false;
    }
    tell(nullptr, Json::object({{"type", "chat"},
                                {"from", sessions_[session]},
                                {"name", participants_[sessions_[session]]["name"]},
                                {"text", text},
                                {"at", "2026-11-22T19:00:00Z"}}));
    return true;
  }

  void drop(const std::string& identity) {
    for (const auto& [session, of] : sessions_) {
      if (of != identity) continue;
      channel_->notify(
          "drop", Json::object({{"sessionId", session}, {"reason", "removed"}, {"action", "disconnect"}}));
      return forget(std::string(session), "removed");
    }
  }

  void leave(const Json& params, Reply reply) {
    const std::string reason = params["reason"].stringOr("");
    const std::string session = params["sessionId"].stringOr("");
    reply(Json::object());
    if (reason == "left") return forget(session, reason);
    sessions_.erase(session);
  }

  void forget(const std::string& session, const std::string& reason) {
    const auto at = sessions_.find(session);
    if (at == sessions_.end()) return;
    const std::string identity = at->second;
    sessions_.erase(at);
    participants_.erase(identity);
    tell(nullptr, Json::object({{"type", "participantLeft"}, {"identity", identity}, {"reason", reason}}));
  }

  void stop(Reply reply) {
    if (name_ == "slow-stop") {
      owed_ = std::make_shared<Reply>(std::move(reply));
      return;
    }
    reply(Json::object());
    main_context::post([] { std::exit(0); });
  }

  Json everybody() const {
    Json out = Json::array();
    for (const auto& [identity, participant] : participants_)
      out.push(participant);
    return out;
  }

  Json layout() const {
    return Json::object({{"layout", layout_},
                         {"canvas", Json::object({{"width", 1280}, {"height", 720}})},
                         {"tiles", Json::array()}});
  }

  Json stats() const {
    const Json counter = Json::object({{"name", "tributary_fake_joins_total"},
                                       {"type", "counter"},
                                       {"labels", Json::object({{"kind", "fake"}})},
                                       {"value", joins_}});
    const Json gauge = Json::object(
        {{"name", "tributary_encoders"}, {"type", "gauge"}, {"labels", Json::object()}, {"value", 1}});
    // The server has one of its own.
    const Json headroom = Json::object(
        {{"name", "tributary_cpu_headroom"}, {"type", "gauge"}, {"labels", Json::object()}, {"value", 7}});
    return Json::array({counter, gauge, headroom});
  }

  void tell(Json to, Json message) {
    channel_->notify("send", Json::object({{"to", std::move(to)}, {"message", std::move(message)}}));
  }

  std::string name_;
  std::string layout_ = "grid";
  std::optional<Channel> channel_;
  std::map<std::string, Json> participants_;
  std::map<std::string, std::string> sessions_;  ///< session → identity
  std::shared_ptr<Reply> owed_;
  int joins_ = 0;
};

}  // namespace

int main() {
  main_context::claim();
  FakeRoom room;
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  g_main_loop_run(loop);
}
