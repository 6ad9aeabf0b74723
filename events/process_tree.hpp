// ProcessTree: who started whom, over both operating systems, frozen. Lives of processes
// (entities), the program images each one ran, and how every edge was chosen. lineage.hpp builds
// it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/process_record.hpp"
#include "events/time.hpp"

namespace stemma {

/// How a parent was found, best first.
enum class ParentEdge : std::uint8_t {
  none,           ///< no record says anything about a parent
  guid,           ///< the record names the parent's entity id
  pid_lifetime,   ///< the parent's pid, and a life of that pid that covers the child's start
  record_fields,  ///< only the child's own record names it: the parent is a placeholder
};

enum class EndKind : std::uint8_t {
  open,       ///< no end was seen
  seen,       ///< an end record
  pid_reuse,  ///< another life of the pid began
  boot,       ///< the machine started anew
};

/// A program image: one exec. On Windows a life has one.
struct ProcessImage {
  EventId
      event;  ///< the record that shows it best; none for images known only from a child's record
  Timestamp start;
  std::uint64_t rank = 0;  ///< position in the host's order of process records
  StringId name, executable, command_line, working_directory;
  ArgsRange args;
  StringId user_id, user_name, user_domain, integrity_level;
  EntityId parent;       ///< parent at this exec
  ImageId parent_image;  ///< its image at that moment; none where it had none
  ParentEdge edge = ParentEdge::none;
  std::uint8_t candidates = 0;  ///< lives that could be the parent; above 1 the choice is ambiguous
  std::uint8_t witnesses = 0;   ///< records that show this start; 255 for more
  bool witnesses_differ = false;  ///< in the program, command line or arguments, or the parent's
  StringId parent_executable, parent_command_line;  ///< as such records have them, not the tree
};

/// One life of a process.
struct ProcessEntity {
  HostId host;
  std::int64_t pid = kNoPid;
  StringId entity_id;  ///< ProcessGuid as recorded, else derived from host, pid and start
  Timestamp start;     ///< birth, or first sight
  Timestamp end;       ///< meaningful where end_kind is not open
  EndKind end_kind = EndKind::open;
  bool placeholder = false;  ///< never seen itself: made from a child's or another event's words
  bool start_seen = false;   ///< a start or fork record exists
  bool id_recorded = false;  ///< entity_id is from the evidence
  SourceSet sources = 0;     ///< the kinds of sources that showed it
  std::uint32_t first_image = 0;  ///< index into ProcessTree::images
  std::uint32_t image_count = 0;
  EntityId parent;  ///< who made it: the parent of its first image, or the forker
  ParentEdge edge = ParentEdge::none;
  ImageId inherited;  ///< for a fork that never exec'ed: the forker's image
};

/// A start event and the image it shows. Several events (Sysmon 1 and 4688) may show one image.
struct ProcessStart {
  EventId event;
  EntityId entity;
  ImageId image;
};

class ProcessTree {
 public:
  [[nodiscard]] std::span<const ProcessEntity> entities() const { return entities_; }
  [[nodiscard]] const ProcessEntity& entity(EntityId id) const { return entities_[id.index()]; }
  [[nodiscard]] const ProcessImage& image(ImageId id) const { return images_[id.index()]; }
  [[nodiscard]] std::span<const ProcessImage> images() const { return images_; }
  [[nodiscard]] std::span<const ProcessImage> images_of(EntityId id) const {
    const ProcessEntity& e = entity(id);
    return {images_.data() + e.first_image, e.image_count};
  }
  /// The last image of a life; for a fork without an exec the image it carries on; none where
  /// nothing is known.
  [[nodiscard]] ImageId last_image(EntityId id) const;
  /// Children by start time, then id.
  [[nodiscard]] std::span<const EntityId> children(EntityId id) const;
  /// Entities without a parent, by host, then start, then id.
  [[nodiscard]] std::span<const EntityId> roots() const { return roots_; }
  /// All start events of all images, ascending by event.
  [[nodiscard]] std::span<const ProcessStart> starts() const { return starts_; }
  /// What a start event shows; null where the event starts nothing. O(log n).
  [[nodiscard]] const ProcessStart* start_of(EventId event) const;
  /// Events that show an image, ascending.
  [[nodiscard]] std::vector<EventId> events_of(ImageId image) const;
  [[nodiscard]] std::span<const StringId> args(ArgsRange range) const {
    return {args_.data() + range.first, range.count};
  }

 private:
  friend class LineageLayout;
  std::vector<ProcessEntity> entities_;
  std::vector<ProcessImage> images_;
  std::vector<StringId> args_;
  std::vector<ProcessStart> starts_;
  std::vector<std::uint32_t> starts_by_image_;  // positions in starts_, ordered by image
  std::vector<EntityId> children_;
  std::vector<std::uint32_t> children_begin_;  // per entity, one more at the end
  std::vector<EntityId> roots_;
};

/// How many ancestors are walked at most. Real chains are below 30; forged ones may be circular or
/// endless.
inline constexpr std::size_t kMaxAncestors = 256;

/// Ancestors of an entity as seen from one of its images, nearest first; at most `limit`.
std::vector<EntityId> ancestors(const ProcessTree& tree, EntityId entity,
                                std::size_t limit = kMaxAncestors);

}  // namespace stemma
