#include "detection/match/term_matches.hpp"

#include <algorithm>

namespace stemma {

void TermMatches::add(const TermMatches& other) {
  dropped += other.dropped;
  if (other.limit_ && (!limit_ || other.limit_ < limit_)) limit_ = other.limit_;
  const std::vector<std::uint32_t> numbers = keys.merge(other.keys);
  for (TermMatch match : other.list) {
    match.key = numbers[match.key];
    list.push_back(match);
  }
}

void TermMatches::cut() {
  std::sort(list.begin(), list.end());
  std::vector<bool> used(keys.size(), false);
  std::size_t kept = 0;
  std::size_t bytes = 0;
  std::vector<std::uint32_t> fresh;  // keys that the event at hand is the first to have
  while (kept < list.size()) {
    std::size_t end = kept;
    fresh.clear();
    if (limit_ && !(list[kept].event < limit_)) break;
    for (; end < list.size() && list[end].event == list[kept].event; ++end) {
      const std::uint32_t key = list[end].key;
      if (used[key]) continue;
      used[key] = true;
      fresh.push_back(key);
      bytes += keys.bytes_of(key);
    }
    if (end > caps_.matches || bytes > caps_.key_bytes) break;
    kept = end;
  }
  if (kept == list.size()) return;
  for (const std::uint32_t key : fresh) used[key] = false;
  dropped += list.size() - kept;
  if (!limit_ || list[kept].event < limit_) limit_ = list[kept].event;
  list.resize(kept);
  const std::vector<std::uint32_t> numbers = keys.keep_only(used);
  for (TermMatch& match : list) match.key = numbers[match.key];
}

}  // namespace stemma
