// Graphviz as a process that may be as slow as it likes.
#include "server/svg_renderer.h"

#include "support/loop_test.h"

namespace tributary {
namespace {

class SvgRendererTest : public LoopTest {
 protected:
  Result<std::string> render(SvgRenderer& renderer, const std::string& dot) {
    std::optional<Result<std::string>> result;
    renderer.render(dot, [&result](const Result<std::string>& svg) { result = svg; });
    waitFor("the drawing", [&result] { return result.has_value(); });
    return *result;
  }

  /// Its layout takes minutes.
  static std::string knot() {
    std::string out = "digraph {\n";
    for (int i = 0; i < 30000; ++i) {
      out += std::to_string(i % 2500) + " -> " + std::to_string(i * 7919 % 2500) + ";\n";
    }
    return out + "}\n";
  }
};

TEST_F(SvgRendererTest, DrawsAGraph) {
  SvgRenderer renderer;
  const auto svg = render(renderer, "digraph { \"Ada <&>\" -> b }");
  ASSERT_TRUE(svg) << svg.error().message;
  EXPECT_NE(svg->find("Ada &lt;&amp;&gt;"), std::string::npos);
}

TEST_F(SvgRendererTest, GivesUpOnAGraphThatTakesTooLong) {
  SvgRenderer renderer(std::chrono::milliseconds(300));
  EXPECT_EQ(render(renderer, knot()).error().code, ErrorCode::tooLarge);
  EXPECT_TRUE(render(renderer, "digraph { a }"));
}

TEST_F(SvgRendererTest, DrawsSoManyAtATime) {
  SvgRenderer renderer(std::chrono::milliseconds(2000));
  int done = 0;
  for (int i = 0; i < SvgRenderer::mostAtOnce; ++i)
    renderer.render(knot(), [&done](const Result<std::string>&) { ++done; });
  EXPECT_EQ(render(renderer, "digraph { a }").error().code, ErrorCode::rateLimited);
  waitFor("the others", [&done] { return done == SvgRenderer::mostAtOnce; });
  EXPECT_TRUE(render(renderer, "digraph { a }"));
}

TEST_F(SvgRendererTest, SaysThatAGraphIsBroken) {
  SvgRenderer renderer;
  EXPECT_EQ(render(renderer, "digraph {").error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace tributary
