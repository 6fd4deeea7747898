#include "room/layout_director.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace tributary {
namespace {

using People = std::vector<LayoutDirector::Person>;

People crowd(int count) {
  People out;
  for (int i = 0; i < count; ++i)
    out.push_back({"p" + std::to_string(i)});
  return out;
}

void drop(People& people, const std::string& identity) {
  std::erase_if(people, [&](const auto& person) { return person.identity == identity; });
}

std::vector<std::string> order(const LayoutDirector::Arrangement& arrangement) {
  std::vector<std::string> out;
  for (const auto& tile : arrangement.tiles)
    out.push_back(tile.identity);
  return out;
}

std::map<std::string, Rect> places(const LayoutDirector::Arrangement& arrangement) {
  std::map<std::string, Rect> out;
  for (const auto& tile : arrangement.tiles)
    out[tile.identity + "/" + std::string(toString(tile.source))] = tile.rect;
  return out;
}

LayoutPolicy policyOf(const std::string& layout, int maxTiles = 25) {
  LayoutPolicy policy;
  policy.standard = layout;
  policy.maxTiles = maxTiles;
  return policy;
}

TEST(Director, CountsThoseWhoHaveNoTile) {
  LayoutDirector director(policyOf("grid", 9));
  const auto arrangement = director.arrange(crowd(21), {});
  EXPECT_EQ(arrangement.tiles.size(), 9U);
  EXPECT_EQ(arrangement.offCanvas, 12);
  EXPECT_EQ(director.arrange(crowd(9), {}).offCanvas, 0);
}

TEST(Director, BringsWhoTalksOnCanvasInPlaceOfWhoHasBeenSilentLongestAndMovesNobodyElse) {
  LayoutDirector director(policyOf("grid", 4));
  const auto people = crowd(8);
  auto before = places(director.arrange(people, {}));
  director.talks("p1", 100);
  director.talks("p6", 200);
  auto after = places(director.arrange(people, {}));
  EXPECT_EQ(after.at("p6/camera"), before.at("p3/camera")) << "the last of those who never talked goes";
  for (const char* stays : {"p0/camera", "p1/camera", "p2/camera"})
    EXPECT_EQ(after.at(stays), before.at(stays)) << stays;
  director.talks("p2", 300);
  director.talks("p0", 400);
  director.talks("p7", 500);
  after = places(director.arrange(people, {}));
  EXPECT_EQ(after.at("p7/camera"), before.at("p1/camera")) << "silent since 100";
}

TEST(Director, GivesAFreeSeatToSomebodyOffCanvasSoThatNobodyMovesUp) {
  LayoutDirector director(policyOf("grid", 9));
  auto people = crowd(14);
  const auto before = places(director.arrange(people, {}));
  drop(people, "p2");
  const auto after = places(director.arrange(people, {}));
  for (const auto& [who, rect] : before) {
    if (who == "p2/camera") continue;
    EXPECT_EQ(after.at(who), rect) << who;
  }
  EXPECT_EQ(after.at("p9/camera"), before.at("p2/camera"));
}

TEST(Director, WhoTakesTheStageChangesPlacesWithWhoHadIt) {
  LayoutDirector director(policyOf("speaker"));
  const auto people = crowd(6);
  director.talks("p0", 1);
  const auto before = places(director.arrange(people, {}));
  director.talks("p4", 2);
  const auto after = places(director.arrange(people, {}));
  EXPECT_EQ(after.at("p4/camera"), before.at("p0/camera"));
  EXPECT_EQ(after.at("p0/camera"), before.at("p4/camera"));
  for (const char* stays : {"p1/camera", "p2/camera", "p3/camera", "p5/camera"})
    EXPECT_EQ(after.at(stays), before.at(stays)) << stays;
}

TEST(Director, TheSpotlightGoesBeforeTheTalkerUntilTheyLeave) {
  LayoutDirector director(policyOf("grid"));
  auto people = crowd(5);
  director.choose("speaker", "p3");
  director.talks("p1", 1);
  auto arrangement = director.arrange(people, {});
  EXPECT_EQ(arrangement.layout, "speaker");
  EXPECT_EQ(arrangement.spotlight, "p3");
  EXPECT_EQ(arrangement.tiles.front().identity, "p3");
  drop(people, "p3");
  arrangement = director.arrange(people, {});
  EXPECT_EQ(arrangement.spotlight, "");
  EXPECT_EQ(arrangement.tiles.front().identity, "p1");
}

TEST(Director, TheSpotlightBringsALayoutWithAStageWhereThereIsNone) {
  LayoutPolicy policy = policyOf("grid");
  policy.whileSpotlight = "speaker";
  policy.custom["wall"] = {RegionSet{{{.width = 0.5}, {.left = 0.5, .width = 0.5}}}};
  policy.custom["stage"] = {RegionSet{{{.width = 0.7, .role = "spotlight"}, {.left = 0.7, .width = 0.3}}}};
  LayoutDirector director(policy);
  const auto people = crowd(5);
  const auto layoutWith = [&](const std::string& layout) {
    director.choose(layout, "p3");
    return director.arrange(people, {}).layout;
  };
  EXPECT_EQ(layoutWith("grid"), "speaker");
  EXPECT_EQ(director.arrange(people, {}).tiles.front().identity, "p3");
  EXPECT_EQ(layoutWith("wall"), "speaker");
  EXPECT_EQ(layoutWith("sidebar"), "sidebar");
  EXPECT_EQ(layoutWith("stage"), "stage");
  director.choose("grid", "");
  EXPECT_EQ(director.arrange(people, {}).layout, "grid");
}

TEST(Director, AScreenBringsItsLayoutAndAChoiceMadeMeanwhileEndsWithIt) {
  LayoutDirector director(policyOf("grid"));
  const auto people = crowd(4);
  EXPECT_EQ(director.arrange(people, {}).layout, "grid");
  auto arrangement = director.arrange(people, {"p2"});
  EXPECT_EQ(arrangement.layout, "screen-share");
  EXPECT_EQ(arrangement.tiles.front().source, Source::screen);
  EXPECT_EQ(arrangement.tiles.front().identity, "p2");
  EXPECT_EQ(arrangement.tiles.size(), 5U) << "the sharer's camera stays";
  director.choose("grid", "");
  EXPECT_EQ(director.arrange(people, {"p2"}).layout, "grid");
  EXPECT_EQ(director.arrange(people, {}).layout, "grid");
  EXPECT_EQ(director.arrange(people, {"p1"}).layout, "screen-share");
}

TEST(Director, HidesPeopleWithoutVideoWhereItIsToldToUnlessNobodyHasAny) {
  LayoutPolicy policy = policyOf("grid");
  policy.hideWithoutVideo = true;
  LayoutDirector director(policy);
  auto people = crowd(3);
  people[1].hasVideo = false;
  auto arrangement = director.arrange(people, {});
  EXPECT_EQ(order(arrangement), (std::vector<std::string>{"p0", "p2"}));
  EXPECT_EQ(arrangement.offCanvas, 1);
  for (auto& person : people)
    person.hasVideo = false;
  EXPECT_EQ(director.arrange(people, {}).tiles.size(), 3U);
}

/// In a grid of three, that hides who has no camera.
class HidingDirector : public testing::Test {
 protected:
  static LayoutPolicy policy() {
    LayoutPolicy out = policyOf("grid", 3);
    out.hideWithoutVideo = true;
    return out;
  }
  std::vector<std::string> arranged() { return order(director_.arrange(people_, {})); }

  LayoutDirector director_{policy()};
  People people_ = crowd(6);
};

TEST_F(HidingDirector, BringsWhoTalksOnCanvasWhereNobodyHasACamera) {
  for (auto& person : people_)
    person.hasVideo = false;
  arranged();
  director_.talks("p5", 100);
  EXPECT_EQ(arranged(), (std::vector<std::string>{"p0", "p1", "p5"}));
}

TEST_F(HidingDirector, PairsNobodyWithWhoIsHidden) {
  people_[4].hasVideo = false;
  arranged();
  director_.talks("p5", 100);
  director_.talks("p1", 150);
  director_.talks("p4", 200);
  EXPECT_EQ(arranged(), (std::vector<std::string>{"p0", "p1", "p5"})) << "p2 was silent longest";
}

TEST_F(HidingDirector, GivesNoSeatToWhoIsHidden) {
  people_[4].hasVideo = false;
  arranged();
  director_.talks("p4", 100);
  arranged();
  drop(people_, "p0");
  EXPECT_EQ(arranged(), (std::vector<std::string>{"p3", "p1", "p2"}));
}

TEST(Director, FillsTwoSeatsThoughSomebodyOffCanvasLeavesToo) {
  LayoutDirector director(policyOf("grid", 3));
  auto people = crowd(6);
  director.arrange(people, {});
  for (const char* gone : {"p0", "p3"})
    drop(people, gone);
  EXPECT_EQ(order(director.arrange(people, {})), (std::vector<std::string>{"p4", "p1", "p2"}));
}

TEST(Director, KnowsThePolicysOwnLayoutsAndWhatItAllows) {
  LayoutPolicy policy = policyOf("podium");
  policy.custom["podium"] = {{{{0, 0, 1, 0.7, "talker"}, {0, 0.7, 0.5, 0.3}, {0.5, 0.7, 0.5, 0.3}}}};
  LayoutDirector director(policy);
  EXPECT_TRUE(director.knows("podium"));
  EXPECT_FALSE(director.knows("custom")) << "has no regions of its own";
  auto arrangement = director.arrange(crowd(5), {});
  EXPECT_EQ(arrangement.layout, "podium");
  EXPECT_EQ(arrangement.tiles.size(), 3U);
  EXPECT_EQ(arrangement.offCanvas, 2);
  director.choose("podium", "");
  policy.allowed = {"grid", "speaker"};
  policy.standard = "speaker";
  policy.custom.clear();
  director.setPolicy(policy);
  EXPECT_EQ(director.names(), (std::vector<std::string>{"grid", "speaker"}));
  EXPECT_EQ(director.arrange(crowd(5), {}).layout, "speaker") << "the chosen one is no more";
}

TEST(Director, KnowsWhereASpotlightShows) {
  LayoutPolicy policy;
  policy.custom["podium"] = {RegionSet{{Region{0, 0, 1, 0.7, "spotlight"}, Region{0, 0.7, 0.5, 0.3}}}};
  policy.custom["news"] = {RegionSet{{Region{0, 0, 1, 1, "talker"}}}};
  const LayoutDirector director(policy);
  for (const auto* name : {"speaker", "sidebar", "pip", "single-speaker", "podium"})
    EXPECT_TRUE(director.hasSpotlight(name)) << name;
  for (const auto* name : {"grid", "screen-share", "news", "unknown"})
    EXPECT_FALSE(director.hasSpotlight(name)) << name;
}

TEST(Director, EveryoneHasAtMostOneSeatWhateverHappens) {
  std::mt19937 random(7);
  for (const auto name : layoutNames()) {
    if (name == "custom") continue;
    LayoutDirector director(policyOf(std::string(name), 9));
    People people;
    int next = 0;
    for (int step = 1; step < 600; ++step) {
      if (people.size() < 3 || (random() % 2 == 0 && people.size() < 40)) {
        people.push_back({"p" + std::to_string(next++), random() % 3 != 0});
      } else {
        people.erase(people.begin() + static_cast<std::ptrdiff_t>(random() % people.size()));
      }
      director.arrange(people, {});
      const std::string talker = people[random() % people.size()].identity;
      director.talks(talker, step);
      if (random() % 8 == 0) director.choose(std::string(name), people[random() % people.size()].identity);
      std::vector<std::string> screens;
      if (random() % 4 == 0) screens.push_back(people[random() % people.size()].identity);
      const auto arrangement = director.arrange(people, screens);
      std::set<std::pair<std::string, Source>> seen;
      int cameras = 0;
      for (const auto& tile : arrangement.tiles) {
        ASSERT_TRUE(seen.emplace(tile.identity, tile.source).second);
        ASSERT_TRUE(std::ranges::any_of(people, [&](const auto& p) { return p.identity == tile.identity; }));
        if (tile.source == Source::camera) ++cameras;
      }
      ASSERT_EQ(cameras + arrangement.offCanvas, std::ssize(people)) << name;
      // Again with nothing new: nothing moves.
      ASSERT_EQ(director.arrange(people, screens), arrangement) << name << ", step " << step;
      const bool onCanvas = seen.contains({talker, Source::camera});
      const bool hasPlaces = name == "grid" || name == "speaker" || name == "sidebar";
      ASSERT_TRUE(onCanvas || !hasPlaces) << name << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace tributary
