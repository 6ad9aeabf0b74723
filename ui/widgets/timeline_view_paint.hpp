// Paints the timeline: what LanePlanner says, in pixels of the device. Knows no input and keeps
// nothing but the texts it has made.
#pragma once

#include <QFont>
#include <QPainter>
#include <QPalette>
#include <QString>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ui/state/view.hpp"
#include "ui/timeline/lane_list.hpp"
#include "ui/timeline/lane_plan.hpp"
#include "ui/timeline/lane_text.hpp"
#include "ui/widgets/timeline_view_layout.hpp"
#include "ui/widgets/timeline_view_style.hpp"

namespace stemma::ui {

/// Titles and captions of lanes, made when first asked for: secrets are looked for in them, and
/// that is not done anew for every picture.
class LaneTexts {
 public:
  /// Lanes whose texts are kept: some hundred screens of them.
  static constexpr std::size_t kMost = 4096;

  const QString& title(const timeline::Model& model, const timeline::Lane& lane);
  const QString& caption(const timeline::Model& model, const timeline::Lane& lane);
  void clear();

  timeline::TextStyle style;

 private:
  std::unordered_map<std::uint64_t, QString> titles_, captions_;
};

/// Everything a picture is made of. Borrowed for the call.
struct TimelineScene {
  TimelineLayout layout;
  const timeline::LaneList* lanes = nullptr;
  timeline::LanePlanner* planner = nullptr;         ///< of what is shown
  const timeline::Borders* case_borders = nullptr;  ///< of all there is, in as many columns
  const timeline::TimeScale* case_scale = nullptr;
  const std::vector<EventId>* matches = nullptr;  ///< that a filter leaves; null: of no filter
  LaneTexts* texts = nullptr;
  std::size_t first_row = 0;  ///< by how many rows those below the pinned ones are scrolled
  std::size_t pinned = 0;     ///< rows at the top that stay where they are
  std::optional<std::size_t> current;  ///< row that the keyboard is on
  bool focused = false;
  Selection selection;
  bool zoomed = false;
};

/// Without the foot and without what moves with the pointer.
void paint_timeline(QPainter& painter, const TimelineScene& scene, const TimelineColors& colors,
                    const QFont& font);

/// Shapes of one lane, in the device's pixels: `left` is its column 0, `top` its upper edge.
void paint_lane(QPainter& painter, const TimelineScene& scene, const TimelineColors& colors,
                const timeline::Lane& lane, const timeline::LanePlan& plan, int left, int top);

/// Text made of UTF-8 that is plain and visible already.
QString plain(std::string_view text);

}  // namespace stemma::ui
