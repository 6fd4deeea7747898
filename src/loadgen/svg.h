#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tributary::load::svg {

/// Text as it may stand in HTML and SVG.
std::string escaped(std::string_view text);

struct Series {
  std::string name;
  std::string colour;  ///< CSS
  std::vector<double> x;
  std::vector<double> y;
};

/// Lines over a common x axis; y begins at 0. Both axes have round ticks.
std::string lines(const std::vector<Series>& series, std::string_view xTitle, std::string_view yTitle);

/// How many values fall into each of `bins` equal parts of 0 … `end`, one shape a series.
std::string histogram(const std::vector<Series>& series, double end, int bins, std::string_view xTitle);

struct Bar {
  std::string name;
  double value = 0;
};
/// Bars side by side, each with its value.
std::string bars(const std::vector<Bar>& bars, std::string_view unit);

/// Rows of cells, one a second, coloured by value: green up to `good`, red from `bad`.
struct Row {
  std::string name;
  std::vector<float> cells;
};
std::string heat(const std::vector<Row>& rows, float good, float bad);

}  // namespace tributary::load::svg
