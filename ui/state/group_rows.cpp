#include "ui/state/group_rows.hpp"

#include <algorithm>
#include <unordered_map>

namespace stemma::ui {

GroupRows::GroupRows(std::shared_ptr<const EventOrder> order) : order_(std::move(order)) {
  if (order_ != nullptr && order_->groups.list.empty()) order_.reset();
  if (order_ == nullptr) return;
  open_.assign(order_->groups.list.size(), false);
  for (std::uint32_t at = 0; at < open_.size(); at = order_->groups.list[at].end) ++outermost_;
  rebuild();
}

bool GroupRows::innermost(std::uint32_t group) const {
  return order_->groups.list[group].end == group + 1;
}

void GroupRows::rebuild() {
  const std::vector<EventGroup>& list = order_->groups.list;
  segments_.clear();
  size_ = 0;
  for (std::uint32_t at = 0; at < list.size();) {
    segments_.push_back({size_++, at});
    if (open_[at] && innermost(at)) size_ += list[at].rows;
    at = open_[at] ? at + 1 : list[at].end;
  }
}

const GroupRows::Segment& GroupRows::segment_at(std::size_t row) const {
  const auto behind =
      std::upper_bound(segments_.begin(), segments_.end(), row,
                       [](std::size_t at, const Segment& one) { return at < one.line; });
  return *(behind - 1);
}

// Of groups that begin with the same row the innermost stands last.
const GroupRows::Segment& GroupRows::segment_over(std::uint32_t order_row) const {
  const std::vector<EventGroup>& list = order_->groups.list;
  const auto behind = std::upper_bound(
      segments_.begin(), segments_.end(), order_row,
      [&](std::uint32_t at, const Segment& one) { return at < list[one.group].first; });
  return *(behind - 1);
}

GroupRows::Row GroupRows::operator[](std::size_t row) const {
  const Segment& one = segment_at(row);
  if (row == one.line) return {one.group, std::nullopt};
  const std::size_t at = order_->groups.list[one.group].first + (row - one.line - 1);
  return {one.group, static_cast<std::uint32_t>(at)};
}

std::size_t GroupRows::depth(std::size_t row) const {
  const Segment& one = segment_at(row);
  return order_->groups.list[one.group].level + (row == one.line ? 0u : 1u);
}

std::optional<std::size_t> GroupRows::parent_row(std::size_t row) const {
  const Segment& one = segment_at(row);
  if (row != one.line) return one.line;
  const std::uint32_t parent = order_->groups.list[one.group].parent;
  return parent == kNoGroup ? std::nullopt : line_of(parent);
}

std::optional<std::size_t> GroupRows::line_of(std::uint32_t group) const {
  const auto at =
      std::lower_bound(segments_.begin(), segments_.end(), group,
                       [](const Segment& one, std::uint32_t wanted) { return one.group < wanted; });
  if (at == segments_.end() || at->group != group) return std::nullopt;
  return at->line;
}

std::optional<std::size_t> GroupRows::row_of(std::uint32_t order_row) const {
  const Segment& one = segment_over(order_row);
  if (!open_[one.group] || !innermost(one.group)) return std::nullopt;
  return one.line + 1 + (order_row - order_->groups.list[one.group].first);
}

std::size_t GroupRows::line_over(std::uint32_t order_row) const {
  return segment_over(order_row).line;
}

std::size_t GroupRows::rows_below(std::uint32_t group) const {
  const std::vector<EventGroup>& list = order_->groups.list;
  if (innermost(group)) return list[group].rows;
  std::size_t rows = 0;
  for (std::uint32_t at = group + 1; at < list[group].end;) {
    ++rows;
    if (open_[at] && innermost(at)) rows += list[at].rows;
    at = open_[at] ? at + 1 : list[at].end;
  }
  return rows;
}

bool GroupRows::set_open(std::size_t row, bool open, const Before& before) {
  if (row >= size_) return false;
  const Row one = (*this)[row];
  if (one.row || open_[one.group] == open) return false;
  if (before) {
    const std::size_t rows = rows_below(one.group);
    before({row, open ? 0 : rows, open ? rows : 0});
  }
  open_[one.group] = open;
  rebuild();
  return true;
}

bool GroupRows::expand(std::size_t row, const Before& before) {
  return set_open(row, true, before);
}

bool GroupRows::collapse(std::size_t row, const Before& before) {
  return set_open(row, false, before);
}

bool GroupRows::expand_below(std::size_t row, const Before& before) {
  if (row >= size_ || (*this)[row].row) return false;
  const std::uint32_t group = (*this)[row].group;
  collapse(row, before);
  for (std::uint32_t at = group + 1; at < order_->groups.list[group].end; ++at) open_[at] = true;
  return expand(row, before);
}

void GroupRows::expand_everything() {
  if (!active()) return;
  open_.assign(open_.size(), true);
  rebuild();
}

void GroupRows::collapse_everything() {
  if (!active()) return;
  open_.assign(open_.size(), false);
  rebuild();
}

std::size_t GroupRows::reveal(std::uint32_t order_row, const Before& before) {
  // One level a turn: the innermost line that is seen is that of a closed group.
  std::optional<std::size_t> row = row_of(order_row);
  while (!row) {
    expand(line_over(order_row), before);
    row = row_of(order_row);
  }
  return *row;
}

std::size_t GroupRows::count(std::size_t first, std::size_t last, std::size_t& covered) const {
  const std::vector<EventGroup>& list = order_->groups.list;
  std::size_t sum = 0;
  const auto add = [&](std::size_t from, std::size_t to) {
    from = std::max(from, covered);
    if (from >= to) return;
    sum += to - from;
    covered = to;
  };
  if (first >= size_) return 0;
  last = std::min(last, size_ - 1);
  for (const Segment* one = &segment_at(first);
       one != segments_.data() + segments_.size() && one->line <= last; ++one) {
    const EventGroup& group = list[one->group];
    if (first <= one->line) {  // a group's line stands for all of it
      add(group.first, group.first + std::size_t{group.rows});
    } else {
      add(group.first + (first - one->line - 1),
          group.first + std::min<std::size_t>(group.rows, last - one->line));
    }
  }
  return sum;
}

std::vector<OpenGroup> GroupRows::open_groups(std::size_t levels) const {
  std::vector<OpenGroup> open;
  if (!active()) return open;
  // Those that are seen come first: what is open in a closed one is forgotten.
  for (const Segment& one : segments_) {
    const EventGroup& group = order_->groups.list[one.group];
    if (!open_[one.group] || group.level >= levels) continue;
    if (open.size() == kMaxReopened) break;
    open.push_back({group.level, group.kind,
                    group.kind == EventGroup::Kind::value ? group_text(order_->groups, group)
                                                          : std::string()});
  }
  return open;
}

void GroupRows::reopen(const std::vector<OpenGroup>& open) {
  if (!active() || open.empty()) return;
  const std::vector<EventGroup>& list = order_->groups.list;
  const auto key = [](EventGroup::Kind kind, const std::string& text) {
    return std::string(1, static_cast<char>(kind)) + text;
  };
  // What is wanted in one group after the other, by its place in `open`; kNoGroup: outermost.
  std::vector<std::uint32_t> found(open.size(), kNoGroup);
  std::size_t looks = 0;
  const auto look = [&](std::uint32_t parent, std::size_t from, std::size_t to,
                        std::uint8_t level) {
    std::unordered_map<std::string, std::size_t> wanted;
    for (std::size_t i = from; i < to; ++i) {
      if (open[i].level == level) wanted.emplace(key(open[i].kind, open[i].text), i);
    }
    if (wanted.empty()) return;
    const auto end =
        parent == kNoGroup ? static_cast<std::uint32_t>(list.size()) : list[parent].end;
    for (std::uint32_t at = parent == kNoGroup ? 0 : parent + 1; at < end; at = list[at].end) {
      if (++looks > kMaxReopenLooks) return;
      const bool value = list[at].kind == EventGroup::Kind::value;
      const auto one = wanted.find(
          key(list[at].kind, value ? group_text(order_->groups, list[at]) : std::string()));
      if (one == wanted.end()) continue;
      open_[at] = true;
      found[one->second] = at;
    }
  };
  look(kNoGroup, 0, open.size(), 0);
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (found[i] == kNoGroup) continue;
    std::size_t end = i + 1;
    while (end < open.size() && open[end].level > open[i].level) ++end;
    look(found[i], i + 1, end, static_cast<std::uint8_t>(open[i].level + 1));
  }
  rebuild();
}

}  // namespace stemma::ui
