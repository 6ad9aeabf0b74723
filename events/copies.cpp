#include "events/copies.hpp"

#include <algorithm>
#include <tuple>

#include "events/run_sort.hpp"

namespace stemma {
namespace {

class CopyFinder {
 public:
  CopyFinder(const EventColumns& columns, const EventClassTable& classes, const StringPool& strings,
             const ContentHasher& hasher,
             const std::function<void(std::uint32_t, const SourceSpan&)>& drop)
      : columns_(columns), classes_(classes), strings_(strings), hasher_(hasher), drop_(drop) {}

  void find(std::span<const std::uint32_t> order) {
    for (std::size_t begin = 0; begin < order.size();) {
      const std::int64_t time = columns_.time[order[begin]];
      std::size_t end = begin + 1;
      while (end < order.size() && columns_.time[order[end]] == time) ++end;
      if (end - begin > 1) same_time(order.subspan(begin, end - begin));
      begin = end;
    }
    decide();
  }

 private:
  [[nodiscard]] const EventClass& class_of(std::uint32_t row) const {
    return classes_[columns_.event_class[row]];
  }
  [[nodiscard]] auto identity(std::uint32_t row) const {
    const EventClass& c = class_of(row);
    return std::tuple(columns_.sequence[row], c.host, c.channel, c.code);
  }
  [[nodiscard]] SourceSpan source(std::uint32_t row) const {
    return {class_of(row).artifact, columns_.length[row], columns_.offset[row]};
  }

  void same_time(std::span<const std::uint32_t> rows) {
    run_.assign(rows.begin(), rows.end());
    sort_runs(std::span(run_), [&](std::uint32_t a, std::uint32_t b) {
      return columns_.sequence[a] != columns_.sequence[b]
                 ? columns_.sequence[a] < columns_.sequence[b]
                 : identity(a) < identity(b);
    });
    for (std::size_t begin = 0; begin < run_.size();) {
      bool elsewhere = false;
      std::size_t end = begin + 1;
      for (; end < run_.size() && columns_.sequence[run_[end]] == columns_.sequence[run_[begin]] &&
             identity(run_[end]) == identity(run_[begin]);
           ++end)
        elsewhere = elsewhere || source(run_[end]) != source(run_[begin]);
      if (elsewhere) propose(std::span(run_).subspan(begin, end - begin));
      begin = end;
    }
  }

  void propose(std::span<const std::uint32_t> rows) {
    ++group_;
    for (const std::uint32_t row : rows) {
      const EventClass& c = class_of(row);
      CopyCandidate candidate;
      candidate.source = source(row);
      candidate.time = {columns_.time[row]};
      candidate.sequence = columns_.sequence[row];
      candidate.channel = c.channel;
      candidate.code = c.code;
      candidate.source_kind = c.source_kind;
      candidate.row = row;
      candidate.group = group_;
      candidates_.push_back(candidate);
    }
    if (candidates_.size() >= kCandidatesAtOnce) decide();
  }

  void decide() {
    if (candidates_.empty()) return;
    std::sort(candidates_.begin(), candidates_.end(),
              [](const CopyCandidate& a, const CopyCandidate& b) {
                return std::tie(a.source.artifact, a.source.offset, a.row) <
                       std::tie(b.source.artifact, b.source.offset, b.row);
              });
    if (hasher_) hasher_(strings_, candidates_);
    std::erase_if(candidates_, [](const CopyCandidate& c) { return !c.hashed; });
    const auto key = [&](const CopyCandidate& c) {
      return std::tuple(c.group, c.content_hash, class_of(c.row).recovered);
    };
    std::stable_sort(
        candidates_.begin(), candidates_.end(),
        [&](const CopyCandidate& a, const CopyCandidate& b) { return key(a) < key(b); });
    const CopyCandidate* kept = nullptr;
    for (const CopyCandidate& c : candidates_) {
      // Documents without a number of their own may say the same twice and mean two events; an
      // export does not repeat itself.
      const bool same_export = kept != nullptr && c.sequence == 0 && is_document(c.source_kind) &&
                               kept->source.artifact == c.source.artifact;
      if (kept == nullptr || kept->group != c.group || kept->content_hash != c.content_hash ||
          kept->source == c.source || same_export) {
        kept = &c;
      } else {
        drop_(c.row, c.source);
      }
    }
    candidates_.clear();
  }

  const EventColumns& columns_;
  const EventClassTable& classes_;
  const StringPool& strings_;
  const ContentHasher& hasher_;
  const std::function<void(std::uint32_t, const SourceSpan&)>& drop_;
  std::vector<std::uint32_t> run_;
  std::vector<CopyCandidate> candidates_;
  std::uint32_t group_ = 0;
};

}  // namespace

void find_copies(const EventColumns& columns, const EventClassTable& classes,
                 std::span<const std::uint32_t> order, const StringPool& strings,
                 const ContentHasher& hasher,
                 const std::function<void(std::uint32_t row, const SourceSpan& source)>& drop) {
  CopyFinder(columns, classes, strings, hasher, drop).find(order);
}

}  // namespace stemma
