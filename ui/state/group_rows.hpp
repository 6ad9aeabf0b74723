// GroupRows: a grouped order as the list of rows that a grid shows: a line for each group that can
// be seen, and the rows of the innermost ones that are open. Keeps something for each group,
// nothing for a row. Not how a row looks (ui/models/event_model.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ui/state/event_order.hpp"

namespace stemma::ui {

/// Groups that were open, by what they are, so that they are found again in another order of the
/// same grouping.
struct OpenGroup {
  std::uint8_t level = 0;
  EventGroup::Kind kind = EventGroup::Kind::value;
  std::string text;
};
/// Groups that are found again, and groups that are looked through for them: what a frame allows.
inline constexpr std::size_t kMaxReopened = 2'000;
inline constexpr std::size_t kMaxReopenLooks = 50'000;

/// 16 bytes a group that is seen, and a bit for each. Opening and closing cost O(groups), looking a
/// row up O(log groups).
class GroupRows {
 public:
  GroupRows() = default;
  /// All groups are closed.
  explicit GroupRows(std::shared_ptr<const EventOrder> order);

  /// Whether there are groups at all.
  [[nodiscard]] bool active() const { return order_ != nullptr; }
  [[nodiscard]] const EventGroups& groups() const { return order_->groups; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t outermost() const { return outermost_; }

  struct Row {
    std::uint32_t group = kNoGroup;    ///< of an event: the innermost that it is in
    std::optional<std::uint32_t> row;  ///< of the order; nothing: the group's own line
  };
  [[nodiscard]] Row operator[](std::size_t row) const;
  [[nodiscard]] std::size_t depth(std::size_t row) const;
  [[nodiscard]] bool is_open(std::uint32_t group) const { return open_[group]; }
  /// The line of the group that a row lies in; nothing for those of the outermost groups.
  [[nodiscard]] std::optional<std::size_t> parent_row(std::size_t row) const;

  /// Where a row of the order is seen; nothing in a closed group.
  [[nodiscard]] std::optional<std::size_t> row_of(std::uint32_t order_row) const;
  /// The line of the innermost group that is seen of those that hold it.
  [[nodiscard]] std::size_t line_over(std::uint32_t order_row) const;
  /// The line of a group; nothing where one that it lies in is closed.
  [[nodiscard]] std::optional<std::size_t> line_of(std::uint32_t group) const;

  struct Change {
    std::size_t first = 0;  ///< rows behind this one
    std::size_t removed = 0;
    std::size_t inserted = 0;
  };
  /// Told what will come or go before it does: either `removed` or `inserted` is 0.
  using Before = std::function<void(const Change&)>;
  /// Opens or closes the group whose line a row is; what was open in it is so again. Returns
  /// whether something changed.
  bool expand(std::size_t row, const Before& before = {});
  bool collapse(std::size_t row, const Before& before = {});
  /// Opens a group with all that lie in it; where it was open it is closed first.
  bool expand_below(std::size_t row, const Before& before = {});
  void expand_everything();
  void collapse_everything();
  /// Opens what holds a row of the order, from the outside; returns where it is seen.
  std::size_t reveal(std::uint32_t order_row, const Before& before = {});

  /// Rows of the order that the rows `first` to `last` stand for, those of closed groups too, from
  /// `covered` on, which becomes the end of what was counted.
  [[nodiscard]] std::size_t count(std::size_t first, std::size_t last, std::size_t& covered) const;

  /// Open groups of the outer `levels`, at most kMaxReopened, each before those in it.
  [[nodiscard]] std::vector<OpenGroup> open_groups(std::size_t levels) const;
  /// Opens them where they are found. Rows change without a word.
  void reopen(const std::vector<OpenGroup>& open);

 private:
  struct Segment {
    std::size_t line = 0;  // the group's own row; its events, where they are seen, stand behind it
    std::uint32_t group = 0;
  };
  [[nodiscard]] bool innermost(std::uint32_t group) const;
  [[nodiscard]] const Segment& segment_at(std::size_t row) const;
  [[nodiscard]] const Segment& segment_over(std::uint32_t order_row) const;
  void rebuild();
  bool set_open(std::size_t row, bool open, const Before& before);
  // Rows that would be seen below an open group's line.
  [[nodiscard]] std::size_t rows_below(std::uint32_t group) const;

  std::shared_ptr<const EventOrder> order_;
  std::vector<bool> open_;  // by group
  std::vector<Segment> segments_;
  std::size_t size_ = 0, outermost_ = 0;
};

}  // namespace stemma::ui
