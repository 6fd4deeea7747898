#include "media/name_art.h"

#include <gtest/gtest.h>

#include "media/scene.h"

namespace tributary {
namespace {

TEST(Initials, AreOfTheFirstAndTheLastWord) {
  EXPECT_EQ(initials("Ada Lovelace"), "AL");
  EXPECT_EQ(initials("ada"), "A");
  EXPECT_EQ(initials("Jean-Luc de la Tour"), "JT");
  EXPECT_EQ(initials("Ömer Şahin"), "ÖŞ");
  EXPECT_EQ(initials(""), "?");
  EXPECT_EQ(initials("--- "), "?");
  EXPECT_EQ(initials("李 小龙"), "李小");
}

TEST(Card, HasTheTilesSizeAndTheSamePersonTheSameColour) {
  const auto card = drawCard({"p1", "Ada Lovelace", false}, 320, 180);
  ASSERT_EQ(card->width(), 320);
  ASSERT_EQ(card->height(), 180);
  const auto renamed = drawCard({"p1", "Ada King", false}, 320, 180);
  EXPECT_EQ(card->view().plane[1][0], renamed->view().plane[1][0]);
}

TEST(Card, IsNotPlain) {
  const auto card = drawCard({"p1", "Ada Lovelace", false}, 320, 180);
  const PictureView& v = card->view();
  EXPECT_NE(v.plane[0][0], v.plane[0][90 * v.stride[0] + 120]) << "a disc on its ground";
}

TEST(Label, FitsTheTileHoweverLongTheName) {
  const std::string name(300, 'W');
  for (const auto& [width, height] : {std::pair{640, 360}, {256, 144}, {160, 90}}) {
    const auto label = drawLabel({"p", name, true}, width, height);
    if (!label) continue;
    EXPECT_LE(label->picture->width(), width - 2 * labelInset);
    EXPECT_LE(label->picture->height(), height - 2 * labelInset);
    EXPECT_EQ(label->picture->width() % 2, 0);
    EXPECT_EQ(label->picture->height() % 2, 0);
  }
}

TEST(Label, IsLeftOutOfTilesWithoutRoomForIt) {
  EXPECT_EQ(drawLabel({"p", "Ada", false}, 40, 22), nullptr);
}

TEST(Label, IsInTheProfilesStyle) {
  NameStyle style;
  style.opacity = 1;
  style.background = 0xff0000;
  const auto at = [](const Overlay& label, int x, int y) {
    return label.alpha[static_cast<size_t>(y * label.picture->width() + x)];
  };
  const auto pill = drawLabel({"p", "Ada", false}, 640, 360, style);
  EXPECT_LT(at(*pill, 0, 0), 64) << "round";
  EXPECT_EQ(at(*pill, pill->picture->width() / 2, 1), 255);
  style.shape = NameStyle::Shape::bar;
  const auto bar = drawLabel({"p", "Ada", false}, 640, 360, style);
  EXPECT_EQ(bar->picture->width(), 640);
  EXPECT_EQ(at(*bar, 0, 0), 255);
  EXPECT_NEAR(bar->picture->view().plane[2][8], yuvFromRgb(0xff0000).v, 2);
  style.shape = NameStyle::Shape::outline;
  const auto outline = drawLabel({"p", "Ada", false}, 640, 360, style);
  EXPECT_EQ(at(*outline, 0, outline->picture->height() / 2), 0) << "no box";
  style.size = 0.03;
  EXPECT_LT(drawLabel({"p", "Ada", false}, 640, 360, style)->picture->height(), outline->picture->height());
}

TEST(Label, IsWiderWithTheCrossedMicrophone) {
  const auto plain = drawLabel({"p", "Ada", false}, 640, 360);
  const auto muted = drawLabel({"p", "Ada", true}, 640, 360);
  EXPECT_GT(muted->picture->width(), plain->picture->width());
}

}  // namespace
}  // namespace tributary
