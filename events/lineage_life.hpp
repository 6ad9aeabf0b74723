// Lives and images while lineage is built: the process records' own words beside what becomes of
// them. Internal to lineage.cpp (which makes them) and lineage_layout.cpp (which lays them out
// flat).
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "events/process_tree.hpp"

namespace stemma {

inline constexpr std::uint32_t kNoLife = 0xFFFF'FFFF;  ///< also: no image of a life
inline constexpr std::uint64_t kStillAlive = std::numeric_limits<std::uint64_t>::max();

/// The events that show one image, in the order they were met. Nearly always one: that one costs no
/// allocation.
class ImageEvents {
 public:
  [[nodiscard]] bool empty() const { return !first_; }
  [[nodiscard]] std::size_t size() const { return !first_ ? 0 : 1 + (more_ ? more_->size() : 0); }
  [[nodiscard]] EventId operator[](std::size_t at) const {
    return at == 0 ? first_ : (*more_)[at - 1];
  }
  [[nodiscard]] EventId front() const { return first_; }
  [[nodiscard]] EventId back() const { return more_ ? more_->back() : first_; }
  void push_back(EventId event) {
    if (!first_) {
      first_ = event;
      return;
    }
    if (!more_) more_ = std::make_unique<std::vector<EventId>>();
    more_->push_back(event);
  }

 private:
  EventId first_;
  std::unique_ptr<std::vector<EventId>> more_;  // not empty where it is there
};

/// One image of a life.
struct BuildImage {
  ProcessImage image;
  SourceSet sources = 0;
  ImageEvents events;
  // What the records say about the parent, kept until GUID edges can be resolved.
  std::int64_t parent_pid = kNoPid;
  StringId parent_guid;
  ArgsRange ancestry;  // ids of its ancestors, the parent first; in LineageInput::ancestry
  std::uint32_t parent = kNoLife;        // life
  std::uint32_t parent_image = kNoLife;  // position among the parent's images
};

/// One life of a process. Ranks are positions in the host's order of happening.
struct Life {
  ProcessEntity entity;
  StringId guid;
  std::vector<BuildImage> images;
  std::uint64_t start_rank = 0;
  std::uint64_t end_rank = kStillAlive;
  std::int64_t last_parent_pid = kNoPid;
  EventId first_event;
  bool windows = false;
  std::uint32_t forker = kNoLife;
  std::uint32_t forker_image = kNoLife;
  std::uint32_t named_parent = kNoLife;  // by a descendant's list, where nothing else tells
};

}  // namespace stemma
