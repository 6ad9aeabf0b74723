// Lives and images while lineage is built: the process records' own words beside what becomes of
// them. Internal to lineage.cpp (which makes them) and lineage_layout.cpp (which lays them out
// flat).
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "events/process_tree.hpp"

namespace stemma {

inline constexpr std::uint32_t kNoLife = 0xFFFF'FFFF;  ///< also: no image of a life
inline constexpr std::uint64_t kStillAlive = std::numeric_limits<std::uint64_t>::max();

/// One image of a life.
struct BuildImage {
  ProcessImage image;
  std::uint8_t sources = 0;
  std::vector<EventId> events;
  // What the records say about the parent, kept until GUID edges can be resolved.
  std::int64_t parent_pid = kNoPid;
  StringId parent_guid;
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
};

}  // namespace stemma
