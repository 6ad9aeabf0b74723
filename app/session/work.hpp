// Work: a unit of evidence and who decodes it; and which unit the record at a place belongs to.
// Internal to the session.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "events/source.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {

struct Work {
  const Parser* parser = nullptr;
  std::shared_ptr<const std::vector<ArtifactBytes>>
      artifacts;  ///< as the parser's units count them
  Unit unit;

  [[nodiscard]] ArtifactId artifact() const { return (*artifacts)[unit.artifact].id; }
};

/// A work's part of a list of places: `count` of them from `first` on.
struct Share {
  std::uint32_t work = 0;
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Knows of every artifact which units cover it.
class UnitIndex {
 public:
  UnitIndex() = default;
  UnitIndex(std::span<const Work> work, std::size_t artifacts);

  /// Splits a list of places among the works that decode them, in the order of the works. Works
  /// without a place are left out. Where two formats share an artifact, both get its places, and
  /// each finds its own.
  /// @param place_of  SourceSpan of the i-th place; ascending by (artifact, offset)
  /// O(units of the artifacts named × log places).
  template <class PlaceOf>
  [[nodiscard]] std::vector<Share> share_out(std::size_t places, PlaceOf place_of) const {
    std::vector<Share> shares;
    const auto before = [&](std::size_t from, std::size_t to, auto is_before) {
      while (from < to) {
        const std::size_t middle = from + (to - from) / 2;
        if (is_before(place_of(middle))) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from;
    };
    for (std::size_t begin = 0; begin < places;) {
      const ArtifactId artifact = place_of(begin).artifact;
      const std::size_t end = before(
          begin, places, [&](const SourceSpan& place) { return !(artifact < place.artifact); });
      for (const Entry& entry : by_artifact_[artifact.index()]) {
        const auto offset_below = [&](std::uint64_t offset) {
          return [offset](const SourceSpan& place) { return place.offset < offset; };
        };
        const std::size_t first = before(begin, end, offset_below(entry.begin));
        const std::size_t last = before(first, end, offset_below(entry.end));
        if (first != last) shares.push_back({entry.work, first, last - first});
      }
      begin = end;
    }
    std::sort(shares.begin(), shares.end(),
              [](const Share& a, const Share& b) { return a.work < b.work; });
    return shares;
  }

 private:
  struct Entry {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint32_t work = 0;
  };
  std::vector<std::vector<Entry>> by_artifact_;
};

/// How many places of one offset are tried in vain. Real evidence has one record a place, or two
/// where a record was recovered twice; no search may grow with what a forged file puts there.
inline constexpr std::size_t kMaxAtOnePlace = 64;

/// Finds again, among a unit's places, the one that a decoded record belongs to. Records come in
/// the order of the evidence, so the next place is mostly the next one of the list.
class PlaceCursor {
 public:
  explicit PlaceCursor(std::size_t places) : taken_(places, false) {}

  /// The first place not yet taken at `offset` that `fits`; `places` where there is none.
  /// @param offset_of  offset of the i-th place, ascending
  template <class OffsetOf, class Fits>
  std::size_t take(std::uint64_t offset, OffsetOf offset_of, Fits fits) {
    const std::size_t places = taken_.size();
    constexpr std::size_t kSteps = 8;
    if (at_ > 0 && offset_of(at_ - 1) >= offset) {
      at_ = first_from(0, offset, offset_of);
    } else {
      for (std::size_t i = 0; i < kSteps && at_ < places && offset_of(at_) < offset; ++i) ++at_;
      if (at_ < places && offset_of(at_) < offset) at_ = first_from(at_, offset, offset_of);
    }
    // Records of one place come in the order of the list, so the search goes on where it ended.
    const bool same_place = last_ < places && offset_of(last_) == offset;
    const std::size_t begin = same_place ? last_ + 1 : at_;
    std::size_t found = search(begin, places, offset, offset_of, fits);
    if (found == places && same_place) found = search(at_, begin, offset, offset_of, fits);
    if (found == places) return places;
    taken_[found] = true;
    return last_ = found;
  }

 private:
  template <class OffsetOf>
  std::size_t first_from(std::size_t begin, std::uint64_t offset, OffsetOf offset_of) const {
    std::size_t end = taken_.size();
    while (begin < end) {
      const std::size_t middle = begin + (end - begin) / 2;
      if (offset_of(middle) < offset) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    return begin;
  }

  template <class OffsetOf, class Fits>
  std::size_t search(std::size_t begin, std::size_t end, std::uint64_t offset, OffsetOf offset_of,
                     Fits fits) const {
    for (std::size_t i = begin; i < end && i - begin < kMaxAtOnePlace && offset_of(i) == offset;
         ++i) {
      if (!taken_[i] && fits(i)) return i;
    }
    return taken_.size();
  }

  std::vector<bool> taken_;
  std::size_t at_ = 0;           // the first place not before the last record
  std::size_t last_ = SIZE_MAX;  // taken last
};

}  // namespace stemma
