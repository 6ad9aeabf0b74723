// Which fields a pass over the evidence needs. A parser may leave out whatever is not wanted and
// save the work.
#pragma once

#include <bitset>
#include <unordered_set>

#include "events/fields.hpp"

namespace stemma {

class Projection {
 public:
  /// Every field.
  static Projection all() {
    Projection projection;
    projection.all_ = true;
    return projection;
  }

  Projection() = default;

  void want(FieldId field) {
    if (field.value <= kKnownFieldCount) {
      known_.set(field.value);
    } else {
      met_.insert(field);
    }
  }

  [[nodiscard]] bool wants_all() const { return all_; }
  [[nodiscard]] bool wants(FieldId field) const {
    return all_ ||
           (field.value <= kKnownFieldCount ? known_.test(field.value) : met_.count(field) != 0);
  }

 private:
  bool all_ = false;
  std::bitset<kKnownFieldCount + 1> known_;
  std::unordered_set<FieldId> met_;
};

}  // namespace stemma
