#include "layout/layout.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

LayoutInput inputOf(int people, int width = 1280, int height = 720, int gap = 4) {
  LayoutInput input;
  for (int i = 0; i < people; ++i)
    input.sources.push_back({"p" + std::to_string(i)});
  input.width = width;
  input.height = height;
  input.gap = gap;
  return input;
}

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

std::string describe(const Rect& r) {
  return std::to_string(r.x) + "," + std::to_string(r.y) + " " + std::to_string(r.width) + "x" +
         std::to_string(r.height);
}

struct Canvas {
  int width, height;
};

class GridOnCanvas : public testing::TestWithParam<Canvas> {};

TEST_P(GridOnCanvas, PlacesEverybodyInOrderWithoutOverlapOnEvenPixels) {
  const auto [width, height] = GetParam();
  for (int people = 0; people <= 100; ++people) {
    const auto input = inputOf(people, width, height);
    const auto tiles = gridLayout(input);
    ASSERT_EQ(tiles.size(), input.sources.size());
    for (size_t i = 0; i < tiles.size(); ++i) {
      const Rect& r = tiles[i].rect;
      SCOPED_TRACE(std::to_string(people) + " people, tile " + std::to_string(i) + ": " + describe(r));
      EXPECT_EQ(tiles[i].identity, input.sources[i].identity);
      EXPECT_EQ((r.x | r.y | r.width | r.height) & 1, 0);
      EXPECT_GE(r.x, 0);
      EXPECT_GE(r.y, 0);
      EXPECT_GE(r.width, 2);
      EXPECT_GE(r.height, 2);
      EXPECT_LE(r.x + r.width, width);
      EXPECT_LE(r.y + r.height, height);
      for (size_t j = 0; j < i; ++j)
        EXPECT_FALSE(overlap(r, tiles[j].rect)) << describe(tiles[j].rect);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, GridOnCanvas,
                         testing::Values(Canvas{1280, 720}, Canvas{640, 360}, Canvas{1920, 1080},
                                         Canvas{720, 1280}, Canvas{1024, 768}, Canvas{854, 480}));

TEST(Grid, FillsTheCanvasForUpTo25People) {
  for (int people = 1; people <= 25; ++people) {
    double area = 0;
    for (const auto& tile : gridLayout(inputOf(people, 1280, 720, 0)))
      area += tile.rect.width * tile.rect.height;
    EXPECT_GE(area / (1280 * 720), 0.80) << people << " people";
  }
}

TEST(Grid, OnePersonHasTheWholeCanvas) {
  EXPECT_EQ(gridLayout(inputOf(1)).front().rect, (Rect{0, 0, 1280, 720}));
}

TEST(Grid, FourPeopleGetQuarters) {
  const auto tiles = gridLayout(inputOf(4, 1280, 720, 0));
  EXPECT_EQ(tiles[0].rect, (Rect{0, 0, 640, 360}));
  EXPECT_EQ(tiles[3].rect, (Rect{640, 360, 640, 360}));
}

TEST(Layouts, AreFoundByName) {
  EXPECT_EQ(findLayout("grid")->place, gridLayout);
  EXPECT_EQ(findLayout("Grid"), nullptr);
  EXPECT_EQ(findLayout(""), nullptr);
  EXPECT_FALSE(layoutNames().empty());
}

}  // namespace
}  // namespace tributary
