// What columns of the grid say of events, as numbers that sort as the values do. Values come from the hot columns where the frozen case has them,
// else the events are decoded, stretch by stretch, once for all columns that need it. Not the order that is made of them (event_sort.hpp).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "app/session/session.hpp"
#include "ui/state/event_order.hpp"

namespace stemma {

struct SortInput;

/// Bytes of decoded values that a sort keeps, each different value once. Values that come after the cap stand behind the others, and are counted.
inline constexpr std::size_t kMaxSortText = 256u << 20;
/// Bytes of a value that are compared: further ones tell hardly anything apart, and a command line may have 32 KiB.
inline constexpr std::size_t kMaxSortKey = 512;

class SortValues;

/// One column: the rank of each event's value among all that occur. Whole numbers by value, before texts; texts by their letters (ASCII, without
/// regard to case), then by their bytes.
class RankedColumn {
 public:
  /// @param grouped  the column is grouped by: a process is its name then, without the pid, and values remember what they are filtered by
  RankedColumn(ui::EventSort sort, bool grouped);
  ~RankedColumn();
  RankedColumn(RankedColumn&&) noexcept;
  RankedColumn& operator=(RankedColumn&&) noexcept;

  /// By place of the event: its value's rank, turned round where the sort is downwards; behind all of them those that had no room, then those that
  /// have nothing there.
  [[nodiscard]] const std::vector<std::uint32_t>& ranks() const { return ranks_; }
  /// The greatest rank there may be.
  [[nodiscard]] std::uint32_t most() const { return values_ + 1; }
  /// Events whose values had no room.
  [[nodiscard]] std::size_t beyond() const { return beyond_; }
  [[nodiscard]] const ui::EventSort& sort() const { return sort_; }

  /// What a rank stands for. Of a column that is grouped by.
  [[nodiscard]] ui::EventGroup::Kind kind_of(std::uint32_t rank) const;
  [[nodiscard]] ui::GroupValue value_of(std::uint32_t rank) const;

 private:
  friend class ColumnReader;
  ui::EventSort sort_;
  bool grouped_;
  std::vector<std::uint32_t> ranks_;
  std::uint32_t values_ = 0;
  std::size_t beyond_ = 0;
  std::unique_ptr<SortValues> texts_;
  std::vector<std::uint32_t> by_rank_;  // numbers of values; of a grouped column
};

/// Reads and ranks columns for the events of `input`. Nothing where `dropped` turned true, which is polled every few ten thousand events.
/// @param looked_at  called now and then with the part of all work that is done, in events
/// The same for any number of threads. 4 bytes an event and column, and the different values.
std::optional<std::vector<RankedColumn>> rank_columns(const Session& session, const SortInput& input, std::vector<RankedColumn> columns, const std::atomic<bool>& dropped,
                                                      const std::function<void(std::size_t)>& looked_at);

/// How two values are sorted: below, equal to or above 0. Exposed for tests.
int compare_sort_keys(std::string_view a, std::string_view b);

}  // namespace stemma
