#include "reports/html_drawings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "events/text.hpp"
#include "reports/html_text.hpp"

namespace stemma {
namespace {

// Units of the drawing, which the page scales: a pixel at full width.
constexpr int kWidth = 1040;
constexpr int kRow = 26;
constexpr int kIndent = 20;
constexpr int kMaxDrawnDepth = 14;  // deeper processes stay at that column
constexpr double kLetter = 7.3;     // of 12 px monospace

// At most so many letters of a command fit behind `x`.
std::size_t letters_from(int x) {
  return static_cast<std::size_t>(std::max(8.0, (kWidth - x) / kLetter));
}

struct Mark {
  int x = 0;
  std::size_t count = 0;
  int rank = 0;  // of the weightiest moment: 3 finding, 2 run, 1 order, 0 other
  std::string first;
  std::string link;
};

int rank_of(const DocumentMoment& moment) {
  if (moment.flagged) return 3;
  if (moment.kind == "run") return 2;
  if (moment.kind == "order") return 1;
  return 0;
}

std::string shape(int rank, int x, int y) {
  switch (rank) {
    case 3:
      return fmt::format("<path class=\"m3\" d=\"M{} {}l7 12h-14z\"/>", x, y - 7);
    case 2:
      return fmt::format("<rect class=\"m2\" x=\"{}\" y=\"{}\" width=\"11\" height=\"11\"/>", x - 5,
                         y - 5);
    case 1:
      return fmt::format("<path class=\"m1\" d=\"M{} {}l6 6l-6 6l-6 -6z\"/>", x, y - 6);
    default:
      return fmt::format("<circle class=\"m0\" cx=\"{}\" cy=\"{}\" r=\"3.5\"/>", x, y);
  }
}

}  // namespace

void append_tree_svg(const IncidentDocument& document, const DocumentRun& run, std::string& out) {
  if (run.processes.empty()) return;
  const int height = static_cast<int>(run.processes.size()) * kRow + 8;
  out += fmt::format(
      "<svg class=\"tree\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Processes of run {}\">",
      kWidth, height, run.number);
  // The row of the last process seen at each depth: parent of what comes deeper.
  std::vector<int> last(kMaxDrawnDepth + 1, -1);
  int row = 0;
  for (const DocumentProcess& process : run.processes) {
    const int depth = static_cast<int>(
        std::min<std::uint32_t>(process.depth, static_cast<std::uint32_t>(kMaxDrawnDepth)));
    const int x = 8 + depth * kIndent;
    const int y = row * kRow + kRow / 2 + 4;
    if (depth > 0) {
      int parent = depth - 1;
      while (parent > 0 && last[static_cast<std::size_t>(parent)] < 0) --parent;
      const int above = last[static_cast<std::size_t>(parent)];
      if (above >= 0) {
        out += fmt::format("<path class=\"edge{}\" d=\"M{} {}V{}H{}\"/>",
                           process.inferred ? " inferred" : "", 8 + parent * kIndent + 5,
                           above * kRow + kRow / 2 + 10, y, x);
      }
    }
    last[static_cast<std::size_t>(depth)] = row;
    for (std::size_t deeper = static_cast<std::size_t>(depth) + 1; deeper < last.size(); ++deeper)
      last[deeper] = -1;

    const bool flagged = !process.findings.empty();
    std::string label = visible(process.name);
    if (process.pid >= 0) label += fmt::format(" {}", process.pid);
    label = fit(label, 34);
    std::string notes;
    if (flagged) notes += " ▲ finding";
    if (process.inferred) notes += " ┄ inferred";
    const int box = static_cast<int>(static_cast<double>(display_width(label)) * kLetter) + 14;
    const std::string link = process.evidence.events.empty()
                                 ? std::string()
                                 : document.events[process.evidence.events.front()].label;
    out += fmt::format("<g><title>{}</title>", html(process.command_line));
    if (!link.empty()) out += fmt::format("<a href=\"#{}\">", link);
    out += fmt::format(
        "<rect class=\"box{}{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"20\" rx=\"4\"/>",
        flagged ? " flagged" : "", process.inferred ? " inferred" : "", x, y - 10, box);
    out +=
        fmt::format("<text class=\"name\" x=\"{}\" y=\"{}\">{}</text>", x + 7, y + 4, html(label));
    if (!link.empty()) out += "</a>";
    int at = x + box + 8;
    if (!notes.empty()) {
      out += fmt::format("<text class=\"mark\" x=\"{}\" y=\"{}\">{}</text>", at - 3, y + 4,
                         html(notes));
      at += static_cast<int>(static_cast<double>(display_width(notes)) * kLetter);
    }
    const std::string command = fit(visible(process.command_line), letters_from(at));
    if (at < kWidth - 60)
      out +=
          fmt::format("<text class=\"cmd\" x=\"{}\" y=\"{}\">{}</text>", at, y + 4, html(command));
    out += "</g>";
    ++row;
  }
  out += "</svg>\n";
}

void append_timeline_svg(const IncidentDocument& document, std::string& out) {
  constexpr std::size_t kMaxLanes = 16;
  constexpr int kLeft = 150;
  constexpr int kLane = 34;
  constexpr int kFold = 14;  // moments nearer than that are one mark
  if (document.timeline.empty()) return;
  std::set<std::uint32_t> listed;
  for (const DocumentRun& run : document.runs) listed.insert(run.number);
  std::map<std::string, std::size_t> counts;
  for (const DocumentMoment& moment : document.timeline) ++counts[moment.host];
  std::vector<std::string> lanes;
  for (const auto& [host, count] : counts) lanes.push_back(host);
  std::stable_sort(lanes.begin(), lanes.end(), [&](const std::string& a, const std::string& b) {
    return counts[a] > counts[b];
  });
  const std::size_t hidden = lanes.size() - std::min(lanes.size(), kMaxLanes);
  lanes.resize(std::min(lanes.size(), kMaxLanes));
  std::sort(lanes.begin(), lanes.end());

  // Places on the axis: a quiet span takes room by the logarithm of its length.
  std::vector<double> place;
  double at = 0;
  for (std::size_t i = 0; i < document.timeline.size(); ++i) {
    if (i != 0) {
      const double seconds = static_cast<double>(document.timeline[i].time.time.ns -
                                                 document.timeline[i - 1].time.time.ns) /
                             1e9;
      at += std::log2(1.0 + std::max(0.0, seconds));
    }
    place.push_back(at);
  }
  const double scale = at > 0 ? (kWidth - kLeft - 30) / at : 0;
  const auto x_of = [&](std::size_t i) {
    return kLeft + 12 + static_cast<int>(std::lround(place[i] * scale));
  };
  const int bottom = static_cast<int>(lanes.size()) * kLane + 8;
  out += fmt::format(
      "<svg class=\"timeline\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Timeline, a lane a "
      "machine\">",
      kWidth, bottom + 44);
  // Hours on the axis, as far apart as their text needs.
  int free_from = kLeft - 20;
  std::string day;
  for (std::size_t i = 0; i < document.timeline.size(); ++i) {
    const int x = x_of(i);
    if (x < free_from || x > kWidth - 60) continue;
    const std::string time = format_time(document.timeline[i].time.time, 0);
    out += fmt::format("<path class=\"grid\" d=\"M{} 4V{}\"/>", x, bottom);
    out += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>", x - 4, bottom + 16,
                       time.substr(11, 8));
    if (time.substr(0, 10) != day) {
      day = time.substr(0, 10);
      out +=
          fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>", x - 4, bottom + 32, day);
    }
    free_from = x + 92;
  }
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    const int y = static_cast<int>(lane) * kLane + kLane / 2 + 6;
    out += fmt::format("<text class=\"lane\" x=\"0\" y=\"{}\">{}</text>", y + 4,
                       html(fit(visible(lanes[lane].empty() ? "(no name)" : lanes[lane]), 18)));
    out += fmt::format("<path class=\"axis\" d=\"M{} {}H{}\"/>", kLeft, y, kWidth - 6);
    std::vector<Mark> marks;
    for (std::size_t i = 0; i < document.timeline.size(); ++i) {
      const DocumentMoment& moment = document.timeline[i];
      if (moment.host != lanes[lane]) continue;
      const int x = x_of(i);
      if (marks.empty() || x - marks.back().x > kFold) marks.push_back({x, 0, -1, "", ""});
      Mark& mark = marks.back();
      ++mark.count;
      if (rank_of(moment) > mark.rank) {
        mark.rank = rank_of(moment);
        mark.first = format_time(moment.time.time, 0) + " " + moment.text;
        mark.link = moment.run && listed.count(*moment.run) != 0
                        ? fmt::format("run-{}", *moment.run)
                        : "timeline-table";
      }
    }
    for (const Mark& mark : marks) {
      out += fmt::format("<a href=\"#{}\"><g><title>{}{}</title>{}", mark.link, html(mark.first),
                         mark.count > 1 ? fmt::format(" and {} more", mark.count - 1) : "",
                         shape(mark.rank, mark.x, y));
      if (mark.count > 1)
        out += fmt::format("<text class=\"count\" x=\"{}\" y=\"{}\">{}</text>", mark.x + 3, y - 9,
                           mark.count);
      out += "</g></a>";
    }
  }
  out +=
      "</svg>\n<p class=\"legend\">▲ finding · ■ a run begins · ◆ ordered in the cloud · ● other. "
      "A number is how many moments a mark stands for. The axis is not to scale: quiet spans are "
      "drawn short.";
  if (hidden != 0) out += fmt::format(" {} more machines are only in the table.", hidden);
  out += "</p>\n";
}

}  // namespace stemma
