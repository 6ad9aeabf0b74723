#include "app/gui/event_sort.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace stemma {
namespace {

// Rows between two looks at whether the answer is still wanted.
constexpr std::size_t kStretch = 1u << 16;

// Radix by 11 bits, lowest first: stable, so that equal ranks stay as they were. False where it was dropped.
bool arrange(const RankedColumn& column, std::vector<std::uint32_t>& from, std::vector<std::uint32_t>& to, const std::atomic<bool>& dropped) {
  constexpr unsigned kBits = 11;
  const std::vector<std::uint32_t>& ranks = column.ranks();
  for (unsigned shift = 0; shift < 32 && column.most() >> shift != 0; shift += kBits) {
    std::array<std::size_t, 1u << kBits> starts{};
    const auto digit = [&](std::uint32_t place) { return ranks[place] >> shift & ((1u << kBits) - 1); };
    for (const std::uint32_t place : from) ++starts[digit(place)];
    std::size_t sum = 0;
    for (std::size_t& start : starts) sum += std::exchange(start, sum);
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (i % kStretch == 0 && dropped) return false;
      to[starts[digit(from[i])]++] = from[i];
    }
    from.swap(to);
  }
  return true;
}

// The groups of rows that stand in order already.
class Grouping {
 public:
  Grouping(const std::vector<RankedColumn>& columns, std::size_t levels, ui::EventOrder& order, std::size_t max_groups, const std::atomic<bool>& dropped)
      : columns_(columns), levels_(levels), order_(order), max_groups_(max_groups), dropped_(dropped), wanted_(levels, 0), allowed_(levels, 0), made_(levels, 0),
        open_(levels, ui::kNoGroup) {}

  bool make() {
    if (!find_changes()) return false;
    allow();
    ui::EventGroups& groups = order_.groups;
    groups.values.resize(levels_);
    for (std::size_t row = 0; row < changes_.size(); ++row) {
      if (row % kStretch == 0 && dropped_) return false;
      if (changes_[row] < levels_) begin(static_cast<std::uint32_t>(row), changes_[row]);
    }
    close(static_cast<std::uint32_t>(changes_.size()), 0);
    groups.list.shrink_to_fit();
    return true;
  }

 private:
  // Of each row: the outermost level whose value is not that of the row before; `levels_` for none.
  bool find_changes() {
    const std::vector<std::uint32_t>& places = order_.place_at;
    changes_.assign(places.size(), static_cast<std::uint8_t>(levels_));
    for (std::size_t row = 0; row < places.size(); ++row) {
      if (row % kStretch == 0 && dropped_) return false;
      std::size_t level = 0;
      if (row != 0) {
        while (level < levels_ && rank(level, row) == rank(level, row - 1)) ++level;
      }
      changes_[row] = static_cast<std::uint8_t>(level);
      for (; level < levels_; ++level) ++wanted_[level];
    }
    return true;
  }

  // Outer levels come first. Below one that is not whole there are none.
  void allow() {
    std::size_t room = max_groups_;
    for (std::size_t level = 0; level < levels_; ++level) {
      allowed_[level] = std::min(wanted_[level], room);
      room = allowed_[level] < wanted_[level] ? 0 : room - allowed_[level];
      if (allowed_[level] < wanted_[level]) {
        order_.notes.push_back(fmt::format("{} of {} groups by {} are shown, rows of the others stand together: the grid has at most {} groups", allowed_[level], wanted_[level],
                                           ui::sort_name(columns_[level].sort()), max_groups_));
      }
    }
  }

  void begin(std::uint32_t row, std::size_t level) {
    std::vector<ui::EventGroup>& list = order_.groups.list;
    const std::uint32_t before = open_[level];
    if (before != ui::kNoGroup && list[before].kind == ui::EventGroup::Kind::more) {
      ++list[before].value;
      return;
    }
    close(row, level);
    for (; level < levels_ && allowed_[level] != 0; ++level) {
      ui::EventGroup group;
      group.first = row;
      group.parent = level == 0 ? ui::kNoGroup : open_[level - 1];
      group.level = static_cast<std::uint8_t>(level);
      const bool more = made_[level] == allowed_[level];
      if (more) {
        group.kind = ui::EventGroup::Kind::more;
        group.value = 1;
      } else {
        ++made_[level];
        group.kind = columns_[level].kind_of(rank(level, row));
        if (group.kind == ui::EventGroup::Kind::value) group.value = value(level, rank(level, row));
      }
      open_[level] = static_cast<std::uint32_t>(list.size());
      list.push_back(group);
      if (more) break;
    }
  }

  void close(std::uint32_t row, std::size_t level) {
    std::vector<ui::EventGroup>& list = order_.groups.list;
    for (; level < levels_; ++level) {
      const std::uint32_t group = std::exchange(open_[level], ui::kNoGroup);
      if (group == ui::kNoGroup) continue;
      list[group].rows = row - list[group].first;
      list[group].end = static_cast<std::uint32_t>(list.size());
    }
  }

  // Where a value stands in the list of its level; many groups of an inner level have the same.
  std::uint32_t value(std::size_t level, std::uint32_t rank) {
    if (known_.size() <= level) known_.resize(level + 1);
    std::vector<std::uint32_t>& known = known_[level];
    if (known.empty()) known.assign(columns_[level].most() + std::size_t{1}, ui::kNoGroup);
    std::vector<ui::GroupValue>& values = order_.groups.values[level];
    if (known[rank] == ui::kNoGroup) {
      known[rank] = static_cast<std::uint32_t>(values.size());
      values.push_back(columns_[level].value_of(rank));
    }
    return known[rank];
  }

  [[nodiscard]] std::uint32_t rank(std::size_t level, std::size_t row) const { return columns_[level].ranks()[order_.place_at[row]]; }

  const std::vector<RankedColumn>& columns_;
  std::size_t levels_;
  ui::EventOrder& order_;
  std::size_t max_groups_;
  const std::atomic<bool>& dropped_;
  std::vector<std::size_t> wanted_, allowed_, made_;  // by level
  std::vector<std::uint32_t> open_;                   // by level
  std::vector<std::uint8_t> changes_;                 // by row
  std::vector<std::vector<std::uint32_t>> known_;     // by level and rank
};

}  // namespace

std::optional<ui::EventOrder> order_of(const Session& session, const SortInput& input, const std::atomic<bool>& dropped, const std::function<void(std::size_t)>& looked_at) {
  const std::size_t levels = input.groups.by.size();
  std::vector<RankedColumn> wanted;
  for (const ui::EventSort& level : input.groups.by) wanted.emplace_back(level, true);
  if (!input.sort.in_time_order()) wanted.emplace_back(input.sort, false);
  const auto columns = rank_columns(session, input, std::move(wanted), dropped, looked_at);
  if (!columns) return std::nullopt;

  ui::EventOrder order;
  const std::size_t count = input.events != nullptr ? input.events->size() : session.snapshot().events.size();
  std::vector<std::uint32_t> from(count), to(count);
  std::iota(from.begin(), from.end(), 0u);
  if (input.sort.in_time_order() && input.sort.descending) std::reverse(from.begin(), from.end());
  // The innermost order first: each column leaves rows that are equal in it as they were.
  for (auto column = columns->rbegin(); column != columns->rend(); ++column) {
    if (!arrange(*column, from, to, dropped)) return std::nullopt;
  }
  for (std::size_t row = 0; row < count; ++row) to[from[row]] = static_cast<std::uint32_t>(row);
  order.place_at = std::move(from);
  order.row_of = std::move(to);
  for (const RankedColumn& column : *columns) {
    if (column.beyond() == 0) continue;
    order.notes.push_back(fmt::format("{} events stand unsorted behind the others: their values did not fit into the {} MB that a sort keeps", column.beyond(), input.max_text >> 20));
  }
  order.groups.by = input.groups;
  if (levels != 0 && !Grouping(*columns, levels, order, input.max_groups, dropped).make()) return std::nullopt;
  return order;
}

}  // namespace stemma
