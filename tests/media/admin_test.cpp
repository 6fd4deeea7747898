// The HTTP API and tributaryctl on the real server, with real rooms and real peers.
#include <gio/gio.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "ctl.h"
#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

constexpr uint32_t red = 0xd02020;

/// A decoded JPEG.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;

  std::array<int, 3> at(double x, double y) const {
    const auto column = static_cast<size_t>(x * width);
    const auto row = static_cast<size_t>(y * height);
    const size_t i = (row * static_cast<size_t>(width) + column) * 3;
    return {rgb[i], rgb[i + 1], rgb[i + 2]};
  }
};

Image decode(const std::string& jpeg) {
  Image out;
  void* handle = tjInitDecompress();
  const auto* data = reinterpret_cast<const unsigned char*>(jpeg.data());
  if (tjDecompressHeader(handle, const_cast<unsigned char*>(data), jpeg.size(), &out.width, &out.height) ==
      0) {
    out.rgb.resize(static_cast<size_t>(out.width) * static_cast<size_t>(out.height) * 3);
    tjDecompress2(handle, data, jpeg.size(), out.rgb.data(), out.width, 0, out.height, TJPF_RGB, 0);
  }
  tjDestroy(handle);
  return out;
}

/// Whether GLib's parser takes it as XML.
bool isWellFormed(const std::string& xml) {
  // GMarkup knows no DOCTYPE with a subset; Graphviz's has none, but it stands before the root.
  const size_t root = xml.find("<svg");
  if (root == std::string::npos) return false;
  const GMarkupParser nothing{};
  GMarkupParseContext* context = g_markup_parse_context_new(&nothing, GMarkupParseFlags(0), nullptr, nullptr);
  const bool fine = g_markup_parse_context_parse(context, xml.data() + root,
                                                 static_cast<gssize>(xml.size() - root), nullptr) &&
                    g_markup_parse_context_end_parse(context, nullptr);
  g_markup_parse_context_free(context);
  return fine;
}

/// Starts `tributary`, waits until its log holds `awaited`, and ends it; the log.
std::string logOfServer(std::vector<std::string> arguments, const std::string& awaited) {
  char name[] = "/tmp/tributary-open-XXXXXX";
  const std::string dir = mkdtemp(name);
  const char* build = std::getenv("TRIBUTARY_BUILD");
  arguments.insert(arguments.begin(), std::string(build != nullptr ? build : "build") + "/tributary");
  arguments.insert(arguments.end(), {"--state-dir", dir});
  std::vector<const char*> argv = {"setpriv", "--pdeathsig", "KILL"};
  for (const auto& argument : arguments)
    argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  GSubprocessLauncher* launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_set_stderr_file_path(launcher, (dir + "/log").c_str());
  GSubprocess* process = g_subprocess_launcher_spawnv(launcher, argv.data(), nullptr);
  g_object_unref(launcher);
  const auto log = [&] {
    std::stringstream text;
    text << std::ifstream(dir + "/log").rdbuf();
    return text.str();
  };
  waitFor([&] { return log().find(awaited) != std::string::npos; }, 60);
  g_subprocess_send_signal(process, SIGTERM);
  g_subprocess_wait(process, nullptr, nullptr);
  g_object_unref(process);
  const std::string all = log();
  std::error_code ignored;
  std::filesystem::remove_all(dir, ignored);
  return all;
}

/// Without tokens everybody who reaches the server may moderate any room.
TEST(OpenMode, ListensOnLoopbackAloneUnlessToldOtherwise) {
  const CtlRun refused = runProgram("tributary", {"--listen", "0.0.0.0:0"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.error.find("refusing to listen on 0.0.0.0 in open mode"), std::string::npos)
      << refused.error;
  EXPECT_NE(refused.error.find("--insecure-open"), std::string::npos) << "what would be right";
}

TEST(OpenMode, InsecureOpenLetsItListenEverywhereAndSaysSo) {
  const std::string log = logOfServer({"--listen", "0.0.0.0:0", "--insecure-open"}, "server.listening");
  EXPECT_NE(log.find("server.listening"), std::string::npos) << log;
  EXPECT_NE(log.find("server.insecureOpen"), std::string::npos) << log;
}

class Admin : public testing::Test {
 protected:
  void SetUp() override {
    peer_ = SignallingClient::create(server_.url());
    peer_->join("demo", "Ada \"<Lovelace>\"");
    TestPeer::Options options;
    options.colour = red;
    peer_->call(options);
    ASSERT_TRUE(waitFor([&] { return peer_->peer()->video().frames > 10; }, 60)) << server_.log();
    char name[] = "/tmp/tributary-admin-XXXXXX";
    dir_ = mkdtemp(name);
  }

  void TearDown() override {
    EXPECT_TRUE(server_.complaints().empty()) << server_.complaints().front();
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }

  std::string get(const std::string& path) { return httpGet(server_.url() + path); }

  CtlRun ctl(std::vector<std::string> arguments) { return runCtl(server_.url(), std::move(arguments)); }

  std::string contents(const std::string& name) {
    std::ifstream file(dir_ + "/" + name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  ServerProcess server_{R"({"rooms": {"spareProcesses": 0}})"};
  std::shared_ptr<SignallingClient> peer_;
  std::string dir_;
};

TEST_F(Admin, ASnapshotIsTheCanvas) {
  Image image;
  // The first frames may still be the name card.
  ASSERT_TRUE(waitFor(
      [&] {
        image = decode(get("/v1/rooms/demo/snapshot.jpg"));
        if (image.rgb.empty()) return false;
        const auto [r, g, b] = image.at(0.1, 0.1);
        return r > 150 && g < 90 && b < 90;
      },
      30));
  EXPECT_EQ(image.width, 1280);
  EXPECT_EQ(image.height, 720);
  const auto [r, g, b] = image.at(0.1, 0.1);
  EXPECT_NEAR(r, red >> 16, 14);
  EXPECT_NEAR(g, red >> 8 & 0xff, 14);
  EXPECT_NEAR(b, red & 0xff, 14);
}

TEST_F(Admin, TheGraphShowsWhatRuns) {
  ASSERT_TRUE(waitFor(
      [&] { return get("/v1/rooms/demo/pipeline.dot").find("camera of Ada") != std::string::npos; }, 30));
  const std::string svg = get("/v1/rooms/demo/pipeline.svg");
  EXPECT_TRUE(isWellFormed(svg));
  for (const char* part : {"webrtcbin", "Video mixer", "Audio mixer", "vp8dec", "vp8enc", "rtpvp8pay",
                           "RTP VP8", "Ada &quot;&lt;Lovelace&gt;&quot;"}) {
    EXPECT_NE(svg.find(part), std::string::npos) << part;
  }
  const std::string full = get("/v1/rooms/demo/pipeline.dot?detail=full");
  for (const char* part : {"rtpbin", "nicesrc", "dtlsdec", "srtpenc"})
    EXPECT_NE(full.find(part), std::string::npos) << part;
  for (const char* secret :
       {"ice-ufrag", "ice-pwd", "PRIVATE KEY", "BEGIN CERTIFICATE", "srtp-key", "a=candidate"})
    EXPECT_EQ(full.find(secret), std::string::npos) << secret;
}

TEST_F(Admin, CtlShowsAndChangesWhatThereIs) {
  const auto rooms = ctl({"rooms"});
  EXPECT_EQ(rooms.status, 0) << rooms.error;
  EXPECT_NE(rooms.out.find("demo"), std::string::npos) << rooms.out;
  EXPECT_NE(rooms.out.find("1280x720@25"), std::string::npos) << rooms.out;
  const auto people = Json::parse(ctl({"participants", "demo", "--json"}).out);
  ASSERT_TRUE(people);
  const std::string identity = (*people)["participants"].at(0)["identity"].stringOr("");
  EXPECT_EQ(ctl({"mute", "demo", identity}).status, 0);
  EXPECT_EQ(ctl({"rename", "demo", identity, "Countess"}).status, 0);
  const auto after = ctl({"participants", "demo"});
  EXPECT_NE(after.out.find("Countess"), std::string::npos) << after.out;
  EXPECT_NE(after.out.find("yes"), std::string::npos) << after.out;
  EXPECT_EQ(ctl({"layout", "demo", "grid"}).status, 0);
  EXPECT_NE(ctl({"layout", "demo"}).out.find("100%"), std::string::npos);
  EXPECT_NE(ctl({"stats", "demo"}).out.find("tributary_mixer_frames_rendered_total"), std::string::npos);
  EXPECT_EQ(ctl({"snapshot", "demo", "-o", dir_ + "/a.jpg"}).status, 0);
  EXPECT_EQ(decode(contents("a.jpg")).width, 1280);
  EXPECT_EQ(ctl({"graph", "demo", "-o", dir_ + "/a.svg"}).status, 0);
  EXPECT_TRUE(isWellFormed(contents("a.svg")));
  EXPECT_EQ(ctl({"remove", "demo", identity}).status, 0);
  EXPECT_TRUE(waitFor([&] { return get("/v1/rooms/demo/participants") == R"({"participants":[]})"; }, 20));
  EXPECT_EQ(ctl({"create", "second", "--max", "3"}).status, 0);
  EXPECT_EQ(ctl({"close", "second"}).status, 0);
  EXPECT_EQ(ctl({"drain"}).status, 0);
}

TEST_F(Admin, CtlSaysWhatIsWrong) {
  const auto missing = ctl({"participants", "none"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_NE(missing.error.find("no room of that name"), std::string::npos) << missing.error;
  EXPECT_EQ(ctl({"layout", "demo", "nonsense"}).status, 1);
  EXPECT_EQ(ctl({}).status, 2);
  EXPECT_EQ(ctl({"dance"}).status, 2);
  EXPECT_EQ(ctl({"rooms", "too", "many"}).status, 2);
  EXPECT_EQ(ctl({"rooms", "--nonsense"}).status, 2);
  const auto nobody = ctl({"rooms", "--server", "http://127.0.0.1:1"});
  EXPECT_EQ(nobody.status, 1);
  EXPECT_NE(nobody.error.find("http://127.0.0.1:1"), std::string::npos) << nobody.error;
}

}  // namespace
}  // namespace tributary::test
