// View: what all panes share — what is selected, what limits the events, which stretch of time is
// looked at — as one value, and its history. Not settings of a single pane, such as the columns of
// the grid, and not the evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/time.hpp"
#include "ui/state/filter.hpp"

namespace stemma::ui {

struct TimeRange {
  Timestamp from, to;  ///< both included; from <= to
  bool operator==(const TimeRange&) const = default;
};

/// What is looked at. Usually one thing and what follows from it: a finding has an event, an event
/// a process.
struct Selection {
  EventId event;
  EntityId entity;
  std::string finding;     ///< Finding::id
  std::string invocation;  ///< Invocation::id
  bool operator==(const Selection&) const = default;
};

struct View {
  Selection selection;
  Filter filter;
  std::optional<TimeRange> zoom;  ///< of the timeline; none shows all of the case
  EntityId root;                  ///< the tree is limited to this process and what it started

  bool operator==(const View&) const = default;
  /// Whether something hides events, processes or time; what a banner has to say.
  [[nodiscard]] bool limited() const { return filter.limits() || root; }
};

/// Views that were, for undo and redo. Changes of one gesture (turns of a wheel, a walk with arrow
/// keys) become one step.
class ViewHistory {
 public:
  /// Steps that are kept; a night's work is some hundreds.
  static constexpr std::size_t kMaxSteps = 1000;

  [[nodiscard]] const View& now() const { return views_[at_]; }
  /// Makes `view` the one that is shown. Forgets what was undone.
  /// @param gesture  names a gesture that goes on; consecutive changes of equal, non-empty gestures
  ///                 are one step
  /// @return whether something changed
  bool set(View view, std::string gesture = {});
  /// Changes the view that is shown without a step: what the program chose by itself is not what an
  /// analyst takes back. Ends the gesture.
  /// @return whether something changed
  bool amend(View view);
  /// Ends the gesture, so that the next change is a step of its own.
  void end_gesture() { gesture_.clear(); }
  bool undo();
  bool redo();
  [[nodiscard]] bool can_undo() const { return at_ > 0; }
  [[nodiscard]] bool can_redo() const { return at_ + 1 < views_.size(); }
  /// A new case: one empty view and no history.
  void clear();

 private:
  std::vector<View> views_{1};
  std::size_t at_ = 0;
  std::string gesture_;
};

}  // namespace stemma::ui
