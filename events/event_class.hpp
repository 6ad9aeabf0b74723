// EventClass: what thousands of events have in common, kept once. An event of the store names its
// class by a number; all but time and place of the hot columns hangs on it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "events/category.hpp"
#include "events/event.hpp"
#include "events/ids.hpp"

namespace stemma {

using EventClassId = Id<struct EventClassTag>;  ///< an entry of an EventClassTable

struct EventClass {
  ArtifactId artifact;
  StringId channel;  ///< winlog.channel; none for sources without channels
  StringId code;     ///< event.code
  HostId host;
  CategorySet categories = 0;
  std::uint8_t time_digits = 0;
  SourceKind source_kind = SourceKind::none;
  bool recovered = false;
  TypeSet types = 0;  ///< event.type, for rules that can be ruled out by it
  bool operator==(const EventClass&) const = default;
};

/// Gives equal classes one id. Real evidence has some tens a file; a forged log could have one an
/// event, which costs kBytesPerClass each. One writer.
class EventClassTable {
 public:
  EventClassTable();

  static constexpr std::size_t kBytesPerClass = sizeof(EventClass) + 2 * sizeof(std::uint32_t);

  /// Ids count up in the order of first sight.
  EventClassId intern(const EventClass& event_class);
  /// Forgets all, keeps the room.
  void clear();

  [[nodiscard]] const EventClass& operator[](EventClassId id) const { return classes_[id.index()]; }
  [[nodiscard]] std::span<const EventClass> all() const { return classes_; }
  /// For whoever renames strings or hosts. Classes that become equal stay apart.
  [[nodiscard]] std::span<EventClass> all() { return classes_; }
  [[nodiscard]] std::size_t size() const { return classes_.size(); }
  [[nodiscard]] std::size_t bytes() const { return classes_.size() * kBytesPerClass; }

 private:
  void grow();

  std::uint64_t seed_;
  std::vector<EventClass> classes_;
  std::vector<std::uint32_t> table_;  // open addressing: ids, 0 is free
};

}  // namespace stemma
