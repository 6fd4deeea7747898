#include "loadgen/svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tributary::load::svg {
namespace {

constexpr double width = 760;
constexpr double height = 240;
constexpr double leftMargin = 56;
constexpr double bottomMargin = 38;
constexpr double topMargin = 22;
constexpr double rightMargin = 12;

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), std::abs(value) < 10 ? "%.4g" : "%.5g", value);
  return text.data();
}

std::string open(double h) {
  return "<svg viewBox=\"0 0 " + number(width) + " " + number(h) + "\" role=\"img\">";
}

std::string label(double x, double y, std::string_view text, std::string_view anchor = "start",
                  std::string_view cssClass = "tick") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string(anchor) +
         "\" class=\"" + std::string(cssClass) + "\">" + escaped(text) + "</text>";
}

std::string rectangle(double x, double y, double w, double h, std::string_view fill,
                      std::string_view title = {}) {
  std::string out = "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(w) +
                    "\" height=\"" + number(h) + "\" fill=\"" + std::string(fill) + "\"";
  if (title.empty()) return out + "/>";
  return out + "><title>" + escaped(title) + "</title></rect>";
}

/// 1, 2 or 5 times a power of ten, such that `end` has about `count` of them.
double tickStep(double end, int count) {
  const double raw = std::max(end, 1e-9) / count;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

/// The plot's frame: turns values into coordinates and draws the axes.
class Frame {
 public:
  Frame(double xEnd, double yEnd) : xEnd_(std::max(xEnd, 1e-9)), yStep_(tickStep(yEnd, 4)) {
    yEnd_ = std::max(yStep_, std::ceil(yEnd / yStep_) * yStep_);
  }
  double x(double value) const { return leftMargin + value / xEnd_ * (width - leftMargin - rightMargin); }
  double y(double value) const {
    return height - bottomMargin - value / yEnd_ * (height - bottomMargin - topMargin);
  }
  std::string axes(std::string_view xTitle, std::string_view yTitle) const {
    std::string out;
    for (double tick = 0; tick <= yEnd_ * 1.001; tick += yStep_) {
      out += "<line x1=\"" + number(leftMargin) + "\" x2=\"" + number(width - rightMargin) + "\" y1=\"" +
             number(y(tick)) + "\" y2=\"" + number(y(tick)) + "\" class=\"grid\"/>";
      out += label(leftMargin - 6, y(tick) + 4, number(tick), "end");
    }
    const double step = tickStep(xEnd_, 8);
    for (double tick = 0; tick <= xEnd_ * 1.001; tick += step)
      out += label(x(tick), height - bottomMargin + 15, number(tick), "middle");
    out += label(width - rightMargin, height - 4, xTitle, "end");
    return out + label(4, 12, yTitle);
  }

 private:
  double xEnd_;
  double yStep_;
  double yEnd_;
};

std::string legend(const std::vector<Series>& series) {
  std::string out;
  double x = width - rightMargin;
  for (auto entry = series.rbegin(); entry != series.rend(); ++entry) {
    x -= 12 + 6.4 * static_cast<double>(entry->name.size());
    out += rectangle(x - 14, 5, 10, 10, entry->colour) + label(x, 14, entry->name);
    x -= 22;
  }
  return out;
}

double largest(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string lines(const std::vector<Series>& series, std::string_view xTitle, std::string_view yTitle) {
  double xEnd = 0;
  double yEnd = 0;
  for (const auto& one : series) {
    xEnd = std::max(xEnd, largest(one.x));
    yEnd = std::max(yEnd, largest(one.y));
  }
  const Frame frame(xEnd, yEnd);
  std::string out = open(height) + frame.axes(xTitle, yTitle) + legend(series);
  for (const auto& one : series) {
    out += "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + one.colour + "\" points=\"";
    for (size_t i = 0; i < std::min(one.x.size(), one.y.size()); ++i)
      out += number(frame.x(one.x[i])) + "," + number(frame.y(one.y[i])) + " ";
    out += "\"/>";
  }
  return out + "</svg>";
}

std::string histogram(const std::vector<Series>& series, double end, int bins, std::string_view xTitle) {
  std::vector<std::vector<double>> counts;
  double most = 1;
  for (const auto& one : series) {
    auto& count = counts.emplace_back(static_cast<size_t>(bins), 0.0);
    for (const double value : one.y) {
      const int bin = std::clamp(static_cast<int>(value / end * bins), 0, bins - 1);
      most = std::max(most, ++count[static_cast<size_t>(bin)]);
    }
  }
  const Frame frame(end, most);
  std::string out = open(height) + frame.axes(xTitle, "pictures") + legend(series);
  const double binWidth = frame.x(end / bins) - frame.x(0);
  for (size_t s = 0; s < series.size(); ++s) {
    for (size_t bin = 0; bin < counts[s].size(); ++bin) {
      if (counts[s][bin] == 0) continue;
      const double top = frame.y(counts[s][bin]);
      out += "<g opacity=\"0.75\">" +
             rectangle(frame.x(0) + static_cast<double>(bin) * binWidth, top, std::max(1.0, binWidth - 1),
                       frame.y(0) - top, series[s].colour) +
             "</g>";
    }
  }
  return out + "</svg>";
}

std::string bars(const std::vector<Bar>& bars, std::string_view unit) {
  constexpr double rowHeight = 24;
  constexpr double nameWidth = 130;
  double most = 1e-9;
  for (const auto& bar : bars)
    most = std::max(most, bar.value);
  std::string out = open(rowHeight * static_cast<double>(bars.size()) + 6);
  double y = 4;
  for (const auto& bar : bars) {
    const double length = bar.value / most * (width - nameWidth - 130);
    out += label(nameWidth - 8, y + 15, bar.name, "end");
    out += rectangle(nameWidth, y + 2, length, rowHeight - 6, "var(--bar)");
    out += label(nameWidth + length + 6, y + 15, number(bar.value) + " " + std::string(unit));
    y += rowHeight;
  }
  return out + "</svg>";
}

std::string heat(const std::vector<Row>& rows, float good, float bad) {
  constexpr double nameWidth = 90;
  const double rowHeight = rows.size() > 40 ? 8 : 14;
  size_t longest = 1;
  for (const auto& row : rows)
    longest = std::max(longest, row.cells.size());
  const double cell = (width - nameWidth - rightMargin) / static_cast<double>(longest);
  std::string out = open(rowHeight * static_cast<double>(rows.size()) + 20);
  double y = 2;
  for (const auto& row : rows) {
    if (rowHeight > 10) out += label(nameWidth - 8, y + rowHeight - 3, row.name, "end");
    for (size_t i = 0; i < row.cells.size(); ++i) {
      const float share = std::clamp((row.cells[i] - good) / (bad - good), 0.0F, 1.0F);
      const std::string colour = "hsl(" + std::to_string(static_cast<int>(130 * (1 - share))) + " 55% 50%)";
      out += rectangle(nameWidth + static_cast<double>(i) * cell, y, std::max(0.6, cell - 0.5), rowHeight - 1,
                       colour,
                       row.name + ", second " + std::to_string(i) + ": " +
                           number(std::round(row.cells[i] * 1000)) + " ms");
    }
    y += rowHeight;
  }
  out += label(nameWidth, y + 13, "0 s") +
         label(width - rightMargin, y + 13, std::to_string(longest) + " s", "end");
  return out + "</svg>";
}

}  // namespace tributary::load::svg
