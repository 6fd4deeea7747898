// Hostile texts in every place of a profile that takes a text: refused with the place's path, or in force
// without anything started or written.
#include <gtest/gtest.h>

#include <filesystem>

#include "config/pipeline_profile.h"
#include "config/profile_files.h"
#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

/// From the profile's root to a text: a member's name, or "[]" for an array's element.
using Place = std::vector<std::string>;

/// Every place that the schema gives to a text, as a value.
void findTexts(const Json& schema, const Place& at, std::vector<Place>& out) {
  const auto with = [&at](const std::string& step) {
    Place place = at;
    place.push_back(step);
    return place;
  };
  const Json type = schema["type"];
  if (type.string() == "string" || (type.isArray() && type.at(0).string() == "string")) out.push_back(at);
  for (const auto& key : schema["properties"].keys())
    findTexts(schema["properties"][key], with(key), out);
  if (schema["items"].isObject()) findTexts(schema["items"], with("[]"), out);
  if (!schema["additionalProperties"].isObject()) return;
  const Json names = schema["propertyNames"]["enum"];
  findTexts(schema["additionalProperties"], with(names.size() > 0 ? names.at(0).stringOr("") : "own"), out);
}

std::string textOf(const Place& place) {
  std::string out = "$";
  for (const auto& step : place)
    out += step == "[]" ? step : "." + step;
  return out;
}

/// A profile that holds nothing but that text at that place.
Json profileWith(const Place& place, const std::string& text) {
  Json out = text;
  for (auto step = place.rbegin(); step != place.rend(); ++step) {
    if (*step == "[]") {
      out = Json::array({out});
    } else {
      out = Json::object({{*step, out}});
      // An encoder's properties are looked at where its element is known.
      if (*step == "properties") out.set("element", "vp8enc");
    }
  }
  return out;
}

class ProfileStrings : public testing::Test {
 protected:
  void SetUp() override {
    client_ = SignallingClient::create(server_.url());
    client_->join("strings", "Ada");
    TestPeer::Options options;
    options.width = 320;
    options.height = 180;
    client_->call(options);
    ASSERT_TRUE(waitFor([&] { return client_->peer()->video().frames > 0; }, 60)) << server_.log();
    rooms_ = server_.children();
    findTexts(pipelineProfileSchema(), {}, places_);
  }

  std::vector<std::string> hostileTexts() const {
    std::vector<std::string> out = {"x264enc ! filesink location=" + written_,
                                    "\"; touch " + written_ + "; \"",
                                    "$(touch " + written_ + ")",
                                    "`touch " + written_ + "`",
                                    "../../../.." + written_,
                                    "file://" + written_,
                                    "\x1b]0;%n%s\x07\n" + written_};
    const size_t plain = out.size();
    for (size_t i = 0; i < plain; ++i)
      out.push_back("identity:" + out[i]);
    return out;
  }
  size_t logged(const std::string& what) const {
    const std::string log = server_.log();
    size_t count = 0;
    for (size_t at = log.find(what); at != std::string::npos; at = log.find(what, at + 1))
      ++count;
    return count;
  }
  /// Saved under the call; until the log says that it is in force, or refused.
  void put(Json profile) {
    if (!profile.has("canvas"))
      profile.set("canvas", Json::object({{"width", 320}, {"height", 180}, {"framerate", 15}}));
    const size_t before = logged("event=room.reconfigured") + logged("event=profile.refused");
    server_.saveProfile(profile.dump());
    ASSERT_TRUE(waitFor(
        [&] { return logged("event=room.reconfigured") + logged("event=profile.refused") > before; }, 60))
        << profile.dump();
    const uint64_t frames = client_->peer()->video().frames;
    EXPECT_TRUE(waitFor([&] { return client_->peer()->video().frames > frames; }, 60)) << profile.dump();
  }

  ServerProcess server_{R"({"rooms": {"spareProcesses": 0}})",
                        R"({"canvas": {"width": 320, "height": 180, "framerate": 15}})"};
  const std::string written_ = server_.folder() + "/written";
  std::shared_ptr<SignallingClient> client_;
  std::vector<int> rooms_;
  std::vector<Place> places_;
};

TEST_F(ProfileStrings, StartNothingAndWriteNothingWhateverPlaceTheyAreIn) {
  ASSERT_GT(places_.size(), 25U);
  size_t accepted = 0;
  for (const auto& text : hostileTexts()) {
    for (const auto& place : places_) {
      const Json profile = profileWith(place, text);
      const auto parsed = parsePipelineProfile(profile);
      if (parsed) {
        ++accepted;
        put(profile);
        continue;
      }
      for (const auto& mistake : lines(parsed.error().message))
        EXPECT_TRUE(mistake.starts_with("$.")) << textOf(place) << ": " << mistake;
      EXPECT_NE(parsed.error().message.find(textOf(place).substr(0, textOf(place).find('['))),
                std::string::npos)
          << parsed.error().message;
    }
  }
  EXPECT_GT(accepted, 0U) << "descriptions and fonts may be anything";
  EXPECT_FALSE(std::filesystem::exists(written_));
  EXPECT_EQ(server_.children(), rooms_) << "the room process is the same, and has no sister";
  EXPECT_EQ(server_.complaints(), std::vector<std::string>());
  EXPECT_TRUE(client_->peer()->connected());
  std::printf("%zu places, %zu texts, %zu of them in force or looked at by the encoder\n", places_.size(),
              hostileTexts().size(), accepted);
}

}  // namespace
}  // namespace tributary::test
