#include "layout/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace tributary {
namespace {

LayoutInput inputOf(int people, int width = 1280, int height = 720, int gap = 4) {
  LayoutInput input;
  for (int i = 0; i < people; ++i)
    input.sources.push_back({"p" + std::to_string(i)});
  input.width = width;
  input.height = height;
  input.gap = gap;
  input.maxTiles = 100;
  return input;
}

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

std::string describe(const Rect& r) {
  return std::to_string(r.x) + "," + std::to_string(r.y) + " " + std::to_string(r.width) + "x" +
         std::to_string(r.height);
}

std::vector<RegionSet> someRegions() {
  const double third = 1.0 / 3;
  return {{{{0, 0, 1, 1, "any"}}},
          {{{0, 0, 2 * third, 1, "talker"},
            {2 * third, 0, third, 0.5, "spotlight"},
            {2 * third, 0.5, third, 0.5}}},
          {{{0, 0, 0.75, 1, "screen"},
            {0.75, 0, 0.25, 0.333},
            {0.75, 0.333, 0.25, 0.333, "identity:p3"},
            {0.75, 0.666, 0.25, 0.334},
            {0.02, 0.7, 0.2, 0.25, "talker", 1}}}};
}

struct Canvas {
  int width, height;
};

class LayoutsOnCanvas : public testing::TestWithParam<std::tuple<std::string_view, Canvas>> {
 protected:
  const LayoutKind& kind() const { return *findLayout(std::get<0>(GetParam())); }

  /// Every combination of people, screens, gap and aspect that matters.
  std::vector<LayoutInput> inputs() const {
    const auto [width, height] = std::get<1>(GetParam());
    std::vector<LayoutInput> out;
    for (int people = 0; people <= 100; ++people) {
      for (const int screens : {0, 1, 3}) {
        LayoutInput input = inputOf(people, width, height, people % 3 == 0 ? 0 : 4 * (people % 3) - 2);
        for (int i = 0; i < screens; ++i)
          input.sources.push_back({"p" + std::to_string(i), Source::screen});
        input.keepAspect = people % 2 == 1;
        input.regions = someRegions();
        if (people > 4) input.talker = "p4";
        if (people % 5 == 4) input.spotlight = "p" + std::to_string(people - 1);
        out.push_back(input);
        input.maxTiles = 25;
        input.gap = 64;
        out.push_back(input);
      }
    }
    return out;
  }
};

void checkTile(const Tile& tile, const LayoutInput& input) {
  const Rect& r = tile.rect;
  EXPECT_EQ((r.x | r.y | r.width | r.height) & 1, 0);
  EXPECT_GE(r.x, 0);
  EXPECT_GE(r.y, 0);
  EXPECT_GE(r.width, 2);
  EXPECT_GE(r.height, 2);
  EXPECT_LE(r.x + r.width, input.width);
  EXPECT_LE(r.y + r.height, input.height);
  EXPECT_TRUE(std::ranges::any_of(input.sources, [&](const LayoutSource& source) {
    return source.identity == tile.identity && source.source == tile.source;
  }));
}

TEST_P(LayoutsOnCanvas, KeepWhatTheMixerReliesOn) {
  for (const auto& input : inputs()) {
    const auto tiles = kind().place(input);
    EXPECT_LE(std::ssize(tiles), input.maxTiles);
    EXPECT_EQ(tiles.empty(), input.sources.empty());
    std::set<std::pair<std::string, Source>> seen;
    for (size_t i = 0; i < tiles.size(); ++i) {
      SCOPED_TRACE(std::to_string(input.sources.size()) + " sources, gap " + std::to_string(input.gap) +
                   ", tile " + std::to_string(i) + ": " + describe(tiles[i].rect));
      checkTile(tiles[i], input);
      EXPECT_TRUE(seen.emplace(tiles[i].identity, tiles[i].source).second) << "has two tiles";
      for (size_t j = 0; j < i; ++j) {
        EXPECT_LE(tiles[j].z, tiles[i].z) << "tiles come in the order they are drawn";
        if (tiles[i].z == tiles[j].z || !kind().overlaps) {
          EXPECT_FALSE(overlap(tiles[i].rect, tiles[j].rect)) << describe(tiles[j].rect);
        }
      }
      if (HasFailure()) return;
    }
  }
}

TEST_P(LayoutsOnCanvas, GiveTheSameTilesForTheSameInput) {
  for (const auto& input : inputs())
    ASSERT_EQ(kind().place(input), kind().place(input));
}

/// Who and whose screen, without who leaves and who has the stage.
std::vector<std::string> ordered(const std::vector<Tile>& tiles, const std::string& gone,
                                 const std::string& stage) {
  std::vector<std::string> out;
  for (const auto& tile : tiles) {
    if (tile.identity != gone && tile.identity != stage)
      out.push_back(tile.identity + "/" + std::string(toString(tile.source)));
  }
  return out;
}

/// People whose leaving is looked at: everybody in rooms of a usual size, some in larger ones.
std::vector<int> leaversOf(int people) {
  std::vector<int> out;
  for (int gone = 1; gone < people; gone += people <= 40 || gone < 6 ? 1 : 7)
    out.push_back(gone);
  return out;
}

TEST_P(LayoutsOnCanvas, KeepTheOrderOfThoseWhoStayWhenSomebodyLeaves) {
  RegionSet columns;
  for (int i = 0; i < 9; ++i)
    columns.regions.push_back({i / 9.0, 0, 1 / 9.0, 1});
  const auto [width, height] = std::get<1>(GetParam());
  for (int people = 2; people <= 100; ++people) {
    for (const int gone : leaversOf(people)) {
      LayoutInput input = inputOf(people, width, height);
      input.regions = {columns};
      // Those of p1 and p2, one of whom may be who leaves.
      for (int screen = 1; screen <= std::min(people - 1, people % 3); ++screen)
        input.sources.push_back({"p" + std::to_string(screen), Source::screen});
      const std::string leaver = "p" + std::to_string(gone);
      auto were = ordered(kind().place(input), leaver, "p0");
      std::erase_if(input.sources, [&](const auto& source) { return source.identity == leaver; });
      auto stayed = ordered(kind().place(input), leaver, "p0");
      // Fewer people may leave more room, so compare as far as both go.
      const size_t common = std::min(stayed.size(), were.size());
      stayed.resize(common);
      were.resize(common);
      ASSERT_EQ(stayed, were) << people << " people, " << people % 3 << " screens, " << leaver << " leaves";
    }
  }
}

std::string nameOfCase(const testing::TestParamInfo<LayoutsOnCanvas::ParamType>& test) {
  const auto [width, height] = std::get<1>(test.param);
  std::string name(std::get<0>(test.param));
  std::ranges::replace(name, '-', '_');
  return name + "_" + std::to_string(width) + "x" + std::to_string(height);
}

INSTANTIATE_TEST_SUITE_P(Sizes, LayoutsOnCanvas,
                         testing::Combine(testing::ValuesIn(layoutNames()),
                                          testing::Values(Canvas{1280, 720}, Canvas{640, 360},
                                                          Canvas{1920, 1080}, Canvas{720, 1280},
                                                          Canvas{1024, 768}, Canvas{854, 480},
                                                          Canvas{1366, 768}, Canvas{853, 481},
                                                          Canvas{160, 90}, Canvas{3840, 600})),
                         nameOfCase);

TEST(Grid, FillsTheCanvasForUpTo25People) {
  double least = 1;
  for (int people = 1; people <= 25; ++people) {
    for (const int gap : {0, 4}) {
      double area = 0;
      for (const auto& tile : gridLayout(inputOf(people, 1280, 720, gap)))
        area += tile.rect.width * tile.rect.height;
      EXPECT_GE(area / (1280 * 720), 0.80) << people << " people";
      least = std::min(least, area / (1280 * 720));
    }
  }
  std::printf("grid, 1 to 25 people: at least %.1f %% of the canvas used\n", least * 100);
}

TEST(Grid, OnePersonHasTheWholeCanvas) {
  EXPECT_EQ(gridLayout(inputOf(1)).front().rect, (Rect{0, 0, 1280, 720}));
}

TEST(Grid, FourPeopleGetQuarters) {
  const auto tiles = gridLayout(inputOf(4, 1280, 720, 0));
  EXPECT_EQ(tiles[0].rect, (Rect{0, 0, 640, 360}));
  EXPECT_EQ(tiles[3].rect, (Rect{640, 360, 640, 360}));
}

TEST(Grid, KeepsCellsAt16To9WhereItIsToldTo) {
  for (int people = 1; people <= 49; ++people) {
    auto input = inputOf(people);
    input.keepAspect = true;
    for (const auto& tile : gridLayout(input)) {
      const Rect& r = tile.rect;
      // An even edge may lie 2 pixels off.
      EXPECT_NEAR(r.width, r.height * 16.0 / 9, 2 + 2 * 16.0 / 9) << people << " people: " << describe(r);
    }
  }
}

TEST(Stage, IsTheSpotlightsElseTheTalkersElseTheFirst) {
  LayoutInput input = inputOf(5);
  EXPECT_EQ(stageOf(input)->identity, "p0");
  input.talker = "p3";
  EXPECT_EQ(stageOf(input)->identity, "p3");
  input.spotlight = "p2";
  EXPECT_EQ(stageOf(input)->identity, "p2");
  input.spotlight = "gone";
  EXPECT_EQ(stageOf(input)->identity, "p3");
  for (const std::string_view name : {"speaker", "sidebar", "pip", "single-speaker"}) {
    const auto tiles = findLayout(name)->place(input);
    EXPECT_EQ(tiles.front().identity, "p3") << name;
    EXPECT_TRUE(findLayout(name)->hasStage);
  }
}

TEST(Stage, IsLargerThanAnyOther) {
  for (const std::string_view name : {"speaker", "sidebar", "pip"}) {
    for (int people = 2; people <= 30; ++people) {
      const auto tiles = findLayout(name)->place(inputOf(people));
      const auto area = [](const Tile& tile) { return tile.rect.width * tile.rect.height; };
      for (size_t i = 1; i < tiles.size(); ++i)
        EXPECT_GT(area(tiles[0]), 3 * area(tiles[i])) << name << ", " << people << " people";
    }
  }
}

TEST(ScreenShare, GivesTheScreenMostOfTheCanvas) {
  LayoutInput input = inputOf(9);
  input.sources.push_back({"p4", Source::screen});
  const auto tiles = screenShareLayout(input);
  EXPECT_EQ(tiles.front().identity, "p4");
  EXPECT_EQ(tiles.front().source, Source::screen);
  EXPECT_GT(tiles.front().rect.width * tiles.front().rect.height, 1280 * 720 * 2 / 3);
  EXPECT_GE(tiles.size(), 6U) << "and faces beside it";
}

TEST(Custom, TakesTheSetThatFitsTheHeadCount) {
  LayoutInput input = inputOf(1);
  input.regions = someRegions();
  EXPECT_EQ(customLayout(input).size(), 1U);
  input = inputOf(2);
  input.regions = someRegions();
  EXPECT_EQ(customLayout(input).size(), 2U) << "of three places";
  input = inputOf(50);
  input.regions = someRegions();
  EXPECT_EQ(customLayout(input).size(), 3U) << "the largest set that asks for no screen";
}

TEST(Custom, GivesRegionsToWhomTheyAskFor) {
  LayoutInput input = inputOf(6);
  input.regions = someRegions();
  input.talker = "p2";
  input.sources.push_back({"p1", Source::screen});
  const auto tiles = customLayout(input);
  ASSERT_EQ(tiles.size(), 5U);
  const auto at = [&](int x, int y) {
    const auto found = std::ranges::find_if(tiles, [&](const Tile& tile) {
      return overlap(tile.rect, {x, y, 2, 2}) && tile.z == 0;
    });
    return found->identity + "/" + std::string(toString(found->source));
  };
  EXPECT_EQ(at(100, 100), "p1/screen");
  EXPECT_EQ(at(1100, 360), "p3/camera");
  EXPECT_EQ(at(1100, 100), "p0/camera");
  EXPECT_EQ(tiles.back().identity, "p2");
  EXPECT_EQ(tiles.back().z, 1);
}

TEST(Custom, LeavesNoLineBetweenRegionsThatMeet) {
  LayoutInput input = inputOf(7, 854, 480);
  RegionSet sevenths;
  for (int i = 0; i < 7; ++i)
    sevenths.regions.push_back({i / 7.0, 0, 1 / 7.0, 1});
  input.regions = {sevenths};
  int covered = 0;
  for (const auto& tile : customLayout(input))
    covered += tile.rect.width * tile.rect.height;
  EXPECT_EQ(covered, 854 * 480);
}

TEST(Custom, TakesASetWithAPlaceForAScreenWhileSomebodySharesOne) {
  LayoutInput input = inputOf(2);
  input.regions = {{{{0, 0, 0.5, 1}, {0.5, 0, 0.5, 1}}}, {{{0, 0, 0.8, 1, "screen"}, {0.8, 0, 0.2, 1}}}};
  EXPECT_TRUE(asksForScreen(input.regions[1]));
  EXPECT_EQ(customLayout(input).front().rect.width, 640);
  input.sources.push_back({"p1", Source::screen});
  EXPECT_EQ(customLayout(input).front().rect.width, 1024);
}

TEST(Layouts, AreFoundByName) {
  EXPECT_EQ(findLayout("grid")->place, gridLayout);
  EXPECT_EQ(findLayout("Grid"), nullptr);
  EXPECT_EQ(findLayout(""), nullptr);
  for (const auto name : layoutNames())
    EXPECT_EQ(findLayout(name)->name, name);
}

}  // namespace
}  // namespace tributary
