// Ids of the things that a case holds: a number of four bytes each, told apart by type. Not
// pointers: an id can be stored, sorted, written to a file and compared between snapshots of the
// same evidence. 0 always means "none".
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace stemma {

template <class Tag>
struct Id {
  std::uint32_t value = 0;

  /// True where the id names something.
  explicit operator bool() const { return value != 0; }
  auto operator<=>(const Id&) const = default;

  /// Position in a column of which slot 0 is the first entry. Only for ids that name something.
  [[nodiscard]] std::size_t index() const { return value - 1; }
  [[nodiscard]] static Id from_index(std::size_t index) {
    return {static_cast<std::uint32_t>(index + 1)};
  }
};

using EventId = Id<struct EventTag>;        ///< a row of the EventStore, in its frozen order
using EntityId = Id<struct EntityTag>;      ///< a process life in the ProcessTree
using ImageId = Id<struct ImageTag>;        ///< a program image of a process life
using StringId = Id<struct StringTag>;      ///< bytes in the StringPool
using ArtifactId = Id<struct ArtifactTag>;  ///< a file of the collection
using HostId = Id<struct HostTag>;          ///< a machine that wrote events
using FieldId = Id<struct FieldTag>;        ///< an ECS or provider field

}  // namespace stemma

template <class Tag>
struct std::hash<stemma::Id<Tag>> {
  std::size_t operator()(const stemma::Id<Tag>& id) const noexcept { return id.value; }
};
