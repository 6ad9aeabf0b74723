#include "app/session/near_miss_groups.hpp"

#include <algorithm>

namespace stemma {

std::uint32_t NearMissGroups::number_of(NearMissGroup group) {
  Key key{group.rule, group.miss.clause, group.miss.wanted, group.miss.absent, group.miss.value};
  const auto [at, fresh] = numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(groups_.size()));
  if (fresh) {
    groups_.push_back(std::move(group));
  } else if (group.first < groups_[at->second].first) {
    groups_[at->second] = std::move(group);
  }
  return at->second;
}

void NearMissGroups::note(NearMissGroup found, Happening shown) {
  if (found.miss.value.size() > kMaxNearMissValue) found.miss.value.resize(kMaxNearMissValue);
  const EventId event = found.first;
  const std::uint32_t group = number_of(std::move(found));
  rows_.push_back({event, group, shown});
  if (rows_.size() >= 2 * cap_) cut();
}

void NearMissGroups::add(const NearMissGroups& other) {
  dropped_ += other.dropped_;
  if (other.limit_ && (!limit_ || other.limit_ < limit_)) limit_ = other.limit_;
  std::vector<std::uint32_t> numbers;
  for (const NearMissGroup& group : other.groups_) numbers.push_back(number_of(group));
  for (Row row : other.rows_) {
    row.group = numbers[row.group];
    rows_.push_back(row);
  }
}

void NearMissGroups::cut() {
  std::sort(rows_.begin(), rows_.end());
  std::size_t kept = 0;
  while (kept < rows_.size() && (!limit_ || rows_[kept].event < limit_)) {
    std::size_t end = kept;
    while (end < rows_.size() && rows_[end].event == rows_[kept].event) ++end;
    if (end > cap_) break;
    kept = end;
  }
  if (kept == rows_.size()) return;
  dropped_ += rows_.size() - kept;
  if (!limit_ || rows_[kept].event < limit_) limit_ = rows_[kept].event;
  rows_.resize(kept);
  std::vector<NearMissGroup> all = std::move(groups_);
  groups_.clear();
  numbers_.clear();
  std::vector<std::uint32_t> numbers(all.size(), ~std::uint32_t{0});
  for (Row& row : rows_) {
    std::uint32_t& number = numbers[row.group];
    if (number == ~std::uint32_t{0}) number = number_of(std::move(all[row.group]));
    row.group = number;
  }
}

std::vector<NearMissGroup> NearMissGroups::finish() {
  cut();
  std::vector<std::pair<std::uint32_t, Happening>> shown;
  for (const Row& row : rows_) shown.emplace_back(row.group, row.shown);
  std::sort(shown.begin(), shown.end());
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  for (NearMissGroup& group : groups_) group.count = 0;
  for (const auto& [group, happening] : shown) ++groups_[group].count;
  std::sort(groups_.begin(), groups_.end(), [](const NearMissGroup& a, const NearMissGroup& b) {
    return std::tuple(a.rule, 100 - a.miss.nearness, a.first, a.miss.clause) < std::tuple(b.rule, 100 - b.miss.nearness, b.first, b.miss.clause);
  });
  return std::move(groups_);
}

}  // namespace stemma
