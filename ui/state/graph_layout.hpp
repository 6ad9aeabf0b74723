// GraphLayout: where the boxes of the graph view stand: the way from the root to a process, and
// what lies around and below it, left to right by generation. Plain numbers, no Qt.
#pragma once

#include <cstdint>
#include <vector>

#include "ui/state/open_case.hpp"

namespace stemma::ui {

struct GraphNode {
  EntityId entity;            ///< of `more`: the first it stands for
  std::uint32_t more = 0;     ///< not 0: stands for so many siblings that are not drawn
  std::uint32_t column = 0;   ///< generation below the first box
  double row = 0;             ///< in boxes; a parent stands in the middle of its children
  std::uint32_t parent = 0;   ///< index into nodes, from 1; 0 for the first box
  bool on_path = false;       ///< the process itself, or an ancestor
  std::int64_t after_ns = 0;  ///< from the parent's start to its own
};

struct GraphLayout {
  std::vector<GraphNode> nodes;  ///< a parent before its children
  std::uint32_t columns = 0;
  double rows = 0;
  bool root_cut = false;  ///< ancestors above kGraphAncestors are not drawn
};

/// Boxes that are drawn at most: what an eye takes in with some panning.
inline constexpr std::size_t kGraphNodes = 400;
/// Ancestors that are drawn at most, and children of one process that are not on the path.
inline constexpr std::size_t kGraphAncestors = 32;
inline constexpr std::size_t kGraphChildren = 12;
inline constexpr std::uint32_t kGraphGenerations = 32;

/// Processes with findings or in runs are drawn before their siblings.
/// O(boxes + children of drawn processes).
GraphLayout lay_out(const OpenCase& open, EntityId selected);

}  // namespace stemma::ui
