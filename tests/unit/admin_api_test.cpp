// The HTTP API on the real server, with fake rooms: every route, and what strangers try.
#include "server/admin_api.h"

#include <filesystem>
#include <fstream>
#include <set>

#include "support/test_server.h"

namespace tributary {
namespace {

class AdminApi : public ServerTest {
 protected:
  Json json(const HttpAnswer& answer, int status = 200) {
    EXPECT_EQ(answer.status, status) << answer.body;
    const auto body = Json::parse(answer.body);
    return body ? *body : Json();
  }
  Json getJson(const std::string& path) { return json(get(path)); }
  HttpAnswer send(const std::string& method, const std::string& path, const std::string& body = "") {
    return ask(port(), method, path, "", body);
  }
  std::string detail(const HttpAnswer& answer) { return (*Json::parse(answer.body))["detail"].stringOr(""); }
};

TEST_F(AdminApi, OpensShowsChangesAndClosesARoom) {
  startServer();
  const auto created = send("POST", "/v1/rooms", R"({"name":"demo","maxParticipants":2,"emptyTimeout":60,
    "departureTimeout":1.5,"metadata":"mine","unknown":1})");
  EXPECT_EQ(created.header("Location"), "/v1/rooms/demo");
  EXPECT_EQ(created.header("Cross-Origin-Resource-Policy"), "same-origin");
  const Json room = json(created, 201);
  EXPECT_EQ(room["name"].string(), "demo");
  EXPECT_EQ(room["profile"].string(), "default");
  EXPECT_EQ(room["layout"].string(), "grid");
  EXPECT_EQ(room["video"]["height"].integer(), 720);
  EXPECT_EQ(room["maxParticipants"].integer(), 2);
  EXPECT_EQ(room["departureTimeout"].number(), 1.5);
  EXPECT_EQ(room["metadata"].string(), "mine");
  EXPECT_EQ(room["participants"].integer(), 0);
  EXPECT_EQ(getJson("/v1/rooms")["rooms"].size(), 1U);
  EXPECT_EQ(getJson("/v1/rooms/demo")["createdAt"].string(), room["createdAt"].string());
  EXPECT_EQ(ask(port(), "HEAD", "/v1/rooms/demo").status, 200);

  const Json changed = json(send("PATCH", "/v1/rooms/demo", R"({"maxParticipants":1,"layout":"speaker"})"));
  EXPECT_EQ(changed["maxParticipants"].integer(), 1);
  EXPECT_EQ(changed["emptyTimeout"].number(), 60);
  EXPECT_EQ(changed["layout"].string(), "speaker");
  EXPECT_EQ(send("PATCH", "/v1/rooms/demo", R"({"maxParticipants":7,"layout":"nonsense"})").status, 404);
  EXPECT_EQ(getJson("/v1/rooms/demo")["maxParticipants"].integer(), 1) << "a refused change changes nothing";

  TestClient ada(port());
  EXPECT_EQ(ada.join("demo")["type"].string(), "joined");
  TestClient bob(port());
  EXPECT_EQ(bob.join("demo")["code"].string(), "roomFull");

  EXPECT_EQ(send("DELETE", "/v1/rooms/demo").status, 204);
  EXPECT_EQ(ada.next("leave")["reason"].string(), "roomClosed");
  EXPECT_EQ(get("/v1/rooms/demo").status, 404);
  EXPECT_EQ(send("DELETE", "/v1/rooms/demo").status, 404);
}

TEST_F(AdminApi, ARoomNobodyJoinsCloses) {
  startServer();
  json(send("POST", "/v1/rooms", R"({"name":"demo","emptyTimeout":1})"), 201);
  waitFor("its end", [this] { return get("/v1/rooms/demo").status == 404; });
}

TEST_F(AdminApi, NamesEveryMistakeOfANewRoom) {
  startServer();
  const auto wrong = send("POST", "/v1/rooms", R"({"name":"../etc","maxParticipants":0,"emptyTimeout":"long",
    "metadata":7,"layout":"a/b"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.header("Content-Type"), "application/problem+json");
  for (const char* path :
       {"$.name: ", "$.maxParticipants: ", "$.emptyTimeout: ", "$.metadata: ", "$.layout: "}) {
    EXPECT_NE(detail(wrong).find(path), std::string::npos) << detail(wrong);
  }
  EXPECT_NE(detail(send("POST", "/v1/rooms", "{}")).find("$.name: is missing"), std::string::npos);
  EXPECT_NE(detail(send("POST", "/v1/rooms", R"({"name":"a","profile":"none"})")).find("$.profile: "),
            std::string::npos);
  EXPECT_NE(detail(send("POST", "/v1/rooms", R"({"name":"a","layout":"none"})")).find("$.layout: "),
            std::string::npos);
  EXPECT_EQ(send("POST", "/v1/rooms", R"({"name":"a","maxParticipants":51})").status, 400);
  EXPECT_EQ(getJson("/v1/rooms")["rooms"].size(), 0U);
}

TEST_F(AdminApi, RefusesWhatCannotBe) {
  config_.limits.rooms = 2;
  startServer();
  json(send("POST", "/v1/rooms", R"({"name":"demo"})"), 201);
  EXPECT_EQ(json(send("POST", "/v1/rooms", R"({"name":"demo"})"), 409)["code"].string(), "conflict");
  EXPECT_EQ(send("POST", "/v1/rooms", R"({"name":"refuse"})").status, 500);
  waitFor("its end", [this] { return get("/v1/rooms/refuse").status == 404; });
  json(send("POST", "/v1/rooms", R"({"name":"other"})"), 201);
  EXPECT_EQ(send("POST", "/v1/rooms", R"({"name":"third"})").status, 503);
}

TEST_F(AdminApi, ShowsRenamesMutesAndRemovesPeople) {
  startServer();
  TestClient ada(port());
  const std::string identity = ada.join("demo", "Ada")["participant"]["identity"].stringOr("");
  const std::string path = "/v1/rooms/demo/participants/" + identity;
  EXPECT_EQ(getJson("/v1/rooms/demo/participants")["participants"].size(), 1U);
  EXPECT_EQ(getJson(path)["name"].string(), "Ada");
  const Json changed = json(send("PATCH", path, R"({"name":"Countess","audioMuted":true,"identity":"x"})"));
  EXPECT_EQ(changed["name"].string(), "Countess");
  EXPECT_EQ(changed["audioMuted"].boolean(), true);
  EXPECT_EQ(changed["identity"].string(), identity);
  EXPECT_EQ(send("PATCH", path, R"({"audioMuted":"yes"})").status, 400);
  EXPECT_EQ(get("/v1/rooms/demo/participants/nobody").status, 404);
  EXPECT_EQ(send("PATCH", "/v1/rooms/demo/participants/nobody", "{}").status, 404);
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(ada.next("leave")["reason"].string(), "removed");
  EXPECT_EQ(get(path).status, 404);
}

TEST_F(AdminApi, ANewNameOutlivesTheRoomsProcess) {
  startServer();
  TestClient ada(port());
  const Json joined = ada.join("demo", "Ada");
  const std::string path = "/v1/rooms/demo/participants/" + joined["participant"]["identity"].stringOr("");
  json(send("PATCH", path, R"({"name":"Countess"})"));
  ada.send(Json::object({{"type", "chat"}, {"text", "crash"}}));
  ada.next("leave");
  EXPECT_EQ(ada.join("demo", "Ada", joined["resumeToken"].stringOr(""))["participant"]["name"].string(),
            "Countess");
}

TEST_F(AdminApi, ShowsAndSetsTheLayout) {
  startServer();
  json(send("POST", "/v1/rooms", R"({"name":"demo"})"), 201);
  EXPECT_EQ(getJson("/v1/rooms/demo/layout")["layout"].string(), "grid");
  EXPECT_EQ(json(send("PUT", "/v1/rooms/demo/layout", R"({"layout":"speaker"})"))["layout"].string(),
            "speaker");
  EXPECT_EQ(send("PUT", "/v1/rooms/demo/layout", R"({"layout":"none"})").status, 404);
  EXPECT_EQ(send("PUT", "/v1/rooms/demo/layout", R"({"layout":7})").status, 400);
  EXPECT_EQ(send("PUT", "/v1/rooms/demo/layout").status, 400);
}

TEST_F(AdminApi, ShowsPictures) {
  startServer();
  json(send("POST", "/v1/rooms", R"({"name":"demo"})"), 201);
  const auto jpeg = get("/v1/rooms/demo/snapshot.jpg");
  EXPECT_EQ(jpeg.header("Content-Type"), "image/jpeg");
  EXPECT_EQ(jpeg.header("Cache-Control"), "no-store");
  EXPECT_EQ(jpeg.body, "\xff\xd8 a picture");
  EXPECT_EQ(get("/v1/rooms/demo/pipeline.dot").body, "digraph { a -> b }");
  const auto svg = get("/v1/rooms/demo/pipeline.svg");
  EXPECT_EQ(svg.status, 200) << svg.body;
  EXPECT_EQ(svg.header("Content-Type"), "image/svg+xml");
  EXPECT_NE(svg.body.find("<svg"), std::string::npos);
  EXPECT_EQ(get("/v1/rooms/demo/pipeline.svg?detail=broken").status, 500);
  EXPECT_EQ(get("/v1/rooms/none/pipeline.svg").status, 404);
  EXPECT_EQ(get("/v1/rooms/none/snapshot.jpg").status, 404);
}

TEST_F(AdminApi, ShowsFiguresOfOneRoom) {
  startServer();
  json(send("POST", "/v1/rooms", R"({"name":"demo"})"), 201);
  const Json stats = getJson("/v1/rooms/demo/stats");
  EXPECT_EQ(stats["metrics"].at(1)["name"].string(), "tributary_encoders");
  EXPECT_GT(stats["process"]["pid"].integerOr(0), 0);
  EXPECT_GT(stats["process"]["threads"].integerOr(0), 0);
}

TEST_F(AdminApi, ARoomThatHangsCostsItsOwnAnswersOnly) {
  config_.rooms.heartbeatTimeout = std::chrono::seconds(60);
  startServer();
  TestClient client(port());
  client.join("demo");
  json(send("POST", "/v1/rooms", R"({"name":"other"})"), 201);
  client.send(Json::object({{"type", "chat"}, {"text", "hang"}}));
  Json rooms;
  waitFor("the room to hang", [&] {
    rooms = getJson("/v1/rooms")["rooms"];
    return rooms.at(0)["layout"].isNull();
  });
  ASSERT_EQ(rooms.size(), 2U);
  EXPECT_EQ(rooms.at(0)["participants"].integer(), 1);
  EXPECT_EQ(rooms.at(1)["layout"].string(), "grid");
  EXPECT_EQ(get("/v1/rooms/demo/stats").status, 504);
}

TEST_F(AdminApi, TellsOfLayoutsProfilesAndIceServers) {
  const std::string dir = testing::TempDir() + "tributary-profiles-" + std::to_string(::getpid());
  std::filesystem::create_directories(dir);
  std::ofstream(dir + "/good.json") << R"({"canvas":{"width":640}})";
  std::ofstream(dir + "/bad.json") << R"({"canvas":{"width":641,"hight":3}})";
  config_.rooms.profilesDir = dir;
  config_.iceServers = {{{"turn:turn.example.org"}, "user", "secret"}};
  startServer();
  EXPECT_EQ(getJson("/v1/layouts")["layouts"].at(0)["name"].string(), "grid");
  const Json profiles = getJson("/v1/profiles")["profiles"];
  ASSERT_EQ(profiles.size(), 2U);
  EXPECT_EQ(profiles.at(0)["name"].string(), "bad");
  EXPECT_EQ(profiles.at(0)["valid"].boolean(), false);
  ASSERT_EQ(profiles.at(0)["mistakes"].size(), 2U) << profiles.dump();
  EXPECT_EQ(profiles.at(0)["mistakes"].at(0)["file"].string(), "bad.json");
  EXPECT_EQ(profiles.at(0)["mistakes"].at(0)["path"].string(), "$.canvas.width");
  EXPECT_EQ(profiles.at(1)["valid"].boolean(), true);
  EXPECT_EQ(getJson("/v1/ice-servers")["iceServers"].at(0)["credential"].string(), "secret");
  EXPECT_EQ(send("POST", "/v1/rooms", R"({"name":"a","profile":"bad"})").status, 400);
  for (const char* name : {"/good.json", "/bad.json", ""})
    std::remove((dir + name).c_str());
}

TEST_F(AdminApi, DrainsAndTakesRoomsAgain) {
  startServer();
  TestClient ada(port());
  ada.join("demo");
  const Json drained = json(send("POST", "/v1/server/drain"));
  EXPECT_EQ(drained["draining"].boolean(), true);
  EXPECT_EQ(drained["rooms"].integer(), 1);
  EXPECT_EQ(drained["participants"].integer(), 1);
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/readyz").body, "draining\n");
  EXPECT_NE(get("/metrics").body.find("tributary_draining 1\n"), std::string::npos);
  TestClient bob(port());
  EXPECT_EQ(bob.join("demo")["type"].string(), "joined");  // a meeting is not split
  TestClient eve(port());
  EXPECT_EQ(eve.join("another")["code"].string(), "serverBusy");
  EXPECT_EQ(send("POST", "/v1/rooms", R"({"name":"another"})").status, 503);
  EXPECT_EQ(json(send("POST", "/v1/server/drain", R"({"draining":false})"))["draining"].boolean(), false);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(eve.join("another")["type"].string(), "joined");
}

class LayoutApi : public AdminApi {
 protected:
  LayoutApi() {
    char path[] = "/tmp/tributary-layouts-XXXXXX";
    config_.rooms.profilesDir = mkdtemp(path);
    std::ofstream(config_.rooms.profilesDir + "/default.json") << "{}";
  }
  ~LayoutApi() override { std::filesystem::remove_all(config_.rooms.profilesDir); }

  static constexpr const char* stage = R"({"sets": [{"regions": [
    {"width": 0.75, "role": "talker"}, {"left": 0.75, "width": 0.25, "height": 0.5}]}]})";
};

TEST_F(LayoutApi, SavesShowsDrawsAndRemovesALayoutOfYourOwn) {
  startServer();
  const size_t builtIn = getJson("/v1/layouts")["layouts"].size();
  EXPECT_EQ(builtIn, layoutNames().size() - 1) << "all but custom, which is told by its own names";
  EXPECT_EQ(getJson("/v1/layouts/grid")["builtIn"].boolean(), true);
  EXPECT_EQ(get("/v1/layouts/stage").status, 404);

  const auto created = send("PUT", "/v1/layouts/stage", stage);
  EXPECT_EQ(created.header("Location"), "/v1/layouts/stage");
  EXPECT_EQ(json(created, 201)["hasStage"].boolean(), true);
  EXPECT_EQ(send("PUT", "/v1/layouts/stage", stage).status, 200);
  EXPECT_EQ(getJson("/v1/layouts")["layouts"].size(), builtIn + 1);
  EXPECT_EQ(getJson("/v1/layouts/stage")["sets"].dump(), (*Json::parse(stage))["sets"].dump());
  // Rooms get it through the profile.
  const auto room = send("POST", "/v1/rooms", R"({"name":"demo","layout":"stage"})");
  EXPECT_EQ(room.status, 201) << room.body;

  const auto drawn = get("/v1/layouts/stage/preview.svg?people=2");
  EXPECT_EQ(drawn.header("Content-Type"), "image/svg+xml");
  EXPECT_NE(drawn.body.find("x=\"960\" y=\"0\" width=\"320\" height=\"360\""), std::string::npos)
      << drawn.body;
  EXPECT_NE(drawn.body.find("2, talking"), std::string::npos);
  EXPECT_NE(get("/v1/layouts/screen-share/preview.svg?people=3&screens=1").body.find("screen of 1"),
            std::string::npos);
  EXPECT_EQ(get("/v1/layouts/stage/preview.svg?people=2000").status, 400);
  EXPECT_EQ(get("/v1/layouts/stage/preview.svg?people=1&screens=2").status, 400);
  EXPECT_EQ(get("/v1/layouts/none/preview.svg").status, 404);

  EXPECT_EQ(send("DELETE", "/v1/layouts/stage").status, 204);
  EXPECT_EQ(send("DELETE", "/v1/layouts/stage").status, 404);
  EXPECT_EQ(getJson("/v1/layouts")["layouts"].size(), builtIn);
}

TEST_F(LayoutApi, NamesEveryMistakeAndSavesNothing) {
  startServer();
  const auto wrong = send("PUT", "/v1/layouts/stage", R"({"sets": [{"regions": [
    {"width": 1.5}, {"left": 0.5, "role": "speaker"}, {"widht": 1}]}], "more": 1})");
  EXPECT_EQ(wrong.status, 400);
  for (const char* mistake : {"$.sets[0].regions[0].width: ", "$.sets[0].regions[1].role: ",
                              "$.sets[0].regions[2].widht: ", "$.more: "})
    EXPECT_NE(detail(wrong).find(mistake), std::string::npos) << mistake << "\n" << detail(wrong);
  EXPECT_EQ(detail(wrong).find("$.layouts"), std::string::npos) << detail(wrong);
  EXPECT_EQ(send("PUT", "/v1/layouts/stage", "{}").status, 400);
  EXPECT_EQ(send("PUT", "/v1/layouts/a.b", stage).status, 400);
  EXPECT_GE(send("PUT", "/v1/layouts/%2e%2e%2fdefault", stage).status, 400);
  EXPECT_EQ(json(send("PUT", "/v1/layouts/grid", stage), 409)["code"].string(), "conflict");
  EXPECT_EQ(send("DELETE", "/v1/layouts/grid").status, 409);
  EXPECT_FALSE(std::filesystem::exists(config_.rooms.profilesDir + "/layouts"));
}

TEST_F(LayoutApi, KeepsWhatAProfileNeedsAndLeavesOutBrokenFiles) {
  startServer();
  json(send("PUT", "/v1/layouts/stage", stage), 201);
  std::ofstream(config_.rooms.profilesDir + "/talk.json") << R"({"layout": {"name": "stage"}})";
  waitFor("the profile", [this] { return getJson("/v1/profiles")["profiles"].size() == 2; });
  EXPECT_EQ(getJson("/v1/profiles")["profiles"].at(1)["valid"].boolean(), true);
  const auto refused = send("DELETE", "/v1/layouts/stage");
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(detail(refused).find("talk"), std::string::npos);
  std::ofstream(config_.rooms.profilesDir + "/layouts/broken.json") << R"({"sets": [)";
  const Json broken = getJson("/v1/layouts/broken");
  EXPECT_EQ(broken["valid"].boolean(), false);
  EXPECT_EQ(broken["mistakes"].size(), 1U);
  EXPECT_EQ(send("POST", "/v1/rooms", R"({"name":"demo","profile":"talk"})").status, 201);
}

TEST_F(LayoutApi, AProfileThatARoomRefusesGoesBackInEveryRoom) {
  startServer();
  const auto layoutOf = [this](const std::string& room) {
    return getJson("/v1/rooms/" + room)["layout"].stringOr("");
  };
  const auto save = [this](const std::string& layout) {
    std::ofstream(config_.rooms.profilesDir + "/default.json")
        << R"({"layout": {"name": ")" + layout + R"("}})";
  };
  json(send("POST", "/v1/rooms", R"({"name":"willing"})"), 201);
  save("sidebar");
  waitFor("the change", [&] { return layoutOf("willing") == "sidebar"; });
  json(send("POST", "/v1/rooms", R"({"name":"refuse-changes"})"), 201);
  save("speaker");
  waitFor("the refusal",
          [&] { return getJson("/v1/profiles")["profiles"].at(0)["valid"].boolean() == false; });
  const Json mistake = getJson("/v1/profiles")["profiles"].at(0)["mistakes"].at(0);
  EXPECT_EQ(mistake["file"].string(), "default.json");
  EXPECT_EQ(mistake["path"].string(), "$");
  EXPECT_EQ(mistake["message"].string(), "no encoder starts");
  waitFor("the version before", [&] { return layoutOf("willing") == "sidebar"; });
  json(send("POST", "/v1/rooms", R"({"name":"fresh"})"), 201);
  EXPECT_EQ(layoutOf("fresh"), "sidebar");
}

TEST_F(AdminApi, StrangePathsLeadNowhere) {
  startServer();
  json(send("POST", "/v1/rooms", R"({"name":"demo"})"), 201);
  for (const char* path :
       {"/v1/rooms/..", "/v1/rooms/%2e%2e", "/v1/rooms/%2e%2e%2f%2e%2e%2fetc", "/v1/rooms/demo%00",
        "/v1/rooms/%00", "/v1/rooms/a%20b", "/v1/rooms/demo/", "/v1/rooms/demo/../demo/x", "/v1/rooms/%ff",
        "/v1/rooms//layout", "/v1/rooms/demo/participants/%00", "/v1/rooms/demo/participants/%2e%2e",
        "/v1/rooms/.hidden", "/v1/nothing", "/v1/", "/v1/rooms/demo/snapshot.jpg/x"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/v1/rooms/" + std::string(5000, 'a')).status, 404);
  EXPECT_EQ(send("PUT", "/v1/rooms").status, 405);
  EXPECT_EQ(send("POST", "/v1/rooms/demo/layout").status, 405);
  EXPECT_EQ(ask(port(), "OPTIONS", "/v1/rooms").header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(send("POST", "/v1/rooms", std::string(20'000, ' ')).status, 413);
  std::string deep(10'000, '[');
  EXPECT_EQ(send("POST", "/v1/rooms", R"({"name":)" + deep).status, 400);
}

TEST_F(AdminApi, TheDocumentNamesEveryRoute) {
  startServer();
  const Json document = getJson("/v1/openapi.json");
  EXPECT_EQ(document["openapi"].string(), "3.1.0");
  std::set<std::string> documented;
  for (const auto& path : document["paths"].keys()) {
    const Json item = document["paths"][path];
    for (const auto& key : item.keys()) {
      if (key == "parameters") continue;
      char* method = g_ascii_strup(key.c_str(), -1);
      documented.insert(std::string(method) + " " + path);
      g_free(method);
      EXPECT_TRUE(item[key]["operationId"].string()) << path;
    }
    const size_t names = static_cast<size_t>(std::count(path.begin(), path.end(), '{'));
    EXPECT_EQ(item["parameters"].size(), names) << path;
  }
  std::set<std::string> served;
  for (const auto& route : server_->router().routes()) {
    if (route.pattern.starts_with("/v1/")) served.insert(route.method + " " + route.pattern);
  }
  EXPECT_EQ(documented, served);
}

}  // namespace
}  // namespace tributary
