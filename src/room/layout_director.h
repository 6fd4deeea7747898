#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "layout/layout.h"

namespace tributary {

/// What an admin decides of who is seen where.
struct LayoutPolicy {
  std::string standard = "grid";             ///< while nobody has chosen another
  std::string whileScreen = "screen-share";  ///< while somebody shares a screen; empty is no other
  std::string whileSpotlight;  ///< while somebody has it and the layout has no stage; empty is no other
  int width = 1280;            ///< canvas, pixels
  int height = 720;
  int gap = 4;
  int maxTiles = 25;
  bool keepAspect = false;
  bool hideWithoutVideo = false;  ///< people without a camera have no tile, unless nobody has one
  /// Custom layouts by name, as parsePipelineProfile() has found them right.
  std::map<std::string, std::vector<RegionSet>> custom;
  std::vector<std::string> allowed;  ///< what may be chosen; empty is all
};

/// Decides which layout holds, who is on canvas and where.
///
/// People have seats, in the order they came. Whoever is off canvas and talks changes seats with the one on
/// canvas who has not talked for longest; whoever takes the stage changes seats with the one who had it. So
/// nobody else moves.
///
/// Thread: owner.
class LayoutDirector {
 public:
  struct Person {
    std::string identity;
    bool hasVideo = true;
  };

  struct Arrangement {
    std::string layout;  ///< the one in force
    std::string spotlight;
    std::vector<Tile> tiles;
    int offCanvas = 0;  ///< people without a tile for their camera

    bool operator==(const Arrangement&) const = default;
  };

  explicit LayoutDirector(LayoutPolicy policy) : policy_(std::move(policy)) {}

  /// Holds from the next arrange() on. A chosen layout that is no more is forgotten.
  void setPolicy(LayoutPolicy policy);

  bool knows(const std::string& layout) const;
  /// Those that knows(), for messages and menus: the built-in ones, then the policy's own.
  std::vector<std::string> names() const;
  /// Whether who has the spotlight gets another place than the others there.
  bool hasSpotlight(const std::string& layout) const;

  /// A moderator's choice, which must be known. While a screen is shared it holds until the sharing ends.
  /// An empty `spotlight` ends one.
  void choose(const std::string& layout, const std::string& spotlight);

  /// Who talks now, at any time scale that only grows.
  void talks(const std::string& identity, int64_t now);

  /// `people` in the order they joined, without viewers; `screens`: who shares one, in the order of the
  /// tiles.
  Arrangement arrange(const std::vector<Person>& people, const std::vector<std::string>& screens);

 private:
  struct Seat {
    Person person;
    int64_t talkedAt = 0;  ///< 0 is never
  };

  void seat(const std::vector<Person>& people);
  bool anybodySeen() const;
  bool hides(const Person& person, bool anybodySeen) const;
  void fillSeatOf(size_t gone, bool anybodySeen);
  std::string layoutInForce() const;
  LayoutInput inputOf(const std::vector<std::string>& screens) const;
  std::vector<Tile> place(const std::string& layout, const LayoutInput& input) const;
  void keepStage(const std::string& identity);
  bool bringTalkersOn(const std::vector<Tile>& tiles);
  Seat* find(const std::string& identity);

  LayoutPolicy policy_;
  std::string chosen_;             ///< empty is the policy's
  std::string chosenWhileShared_;  ///< empty is the policy's
  std::string spotlight_;
  std::string talker_;
  std::string stage_;  ///< who had it last
  bool shared_ = false;
  std::vector<Seat> seats_;
  std::vector<std::string> onCanvas_;  ///< cameras, at the last arrange()
};

}  // namespace tributary
