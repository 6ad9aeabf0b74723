// Which fields a pass over the evidence needs. A parser may leave out whatever is not wanted and
// save the work.
#pragma once

#include <atomic>
#include <bitset>
#include <cstdint>
#include <unordered_set>

#include "events/fields.hpp"

namespace stemma {

class Projection {
 public:
  /// Every field.
  static Projection all() {
    Projection projection;
    projection.all_ = true;
    projection.identity_ = 1;
    return projection;
  }

  Projection() = default;
  bool operator==(const Projection&) const = default;

  void want(FieldId field) {
    identity_ = next_identity();
    if (field.value <= kKnownFieldCount) {
      known_.set(field.value);
    } else {
      met_.insert(field);
    }
  }

  /// Equal for projections only if they want the same fields: what was worked out for one serves
  /// all of its copies, and no other.
  [[nodiscard]] std::uint64_t identity() const { return identity_; }

  [[nodiscard]] bool wants_all() const { return all_; }
  [[nodiscard]] bool wants(FieldId field) const {
    return all_ ||
           (field.value <= kKnownFieldCount ? known_.test(field.value) : met_.count(field) != 0);
  }

 private:
  static std::uint64_t next_identity() {
    static std::atomic<std::uint64_t> last{1};
    return ++last;
  }

  bool all_ = false;
  std::uint64_t identity_ = 0;
  std::bitset<kKnownFieldCount + 1> known_;
  std::unordered_set<FieldId> met_;
};

}  // namespace stemma
