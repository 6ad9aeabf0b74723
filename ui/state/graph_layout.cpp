#include "ui/state/graph_layout.hpp"

#include <algorithm>
#include <unordered_set>

namespace stemma::ui {

GraphLayout lay_out(const OpenCase& open, EntityId selected) {
  GraphLayout layout;
  if (!open.snapshot || !selected || selected.index() >= open.snapshot->tree.entities().size()) {
    return layout;
  }
  const ProcessTree& tree = open.snapshot->tree;
  std::vector<EntityId> up = ancestors(tree, selected, kGraphAncestors + 1);
  if (up.size() > kGraphAncestors) {
    up.resize(kGraphAncestors);
    layout.root_cut = true;
  }
  std::unordered_set<std::uint32_t> path{selected.value};
  for (const EntityId id : up) path.insert(id.value);

  const EntityId parent = up.empty() ? EntityId{} : up.front();

  // Generation by generation, so that the cap leaves out what is farthest.
  GraphNode first;
  first.entity = up.empty() ? selected : up.back();
  first.on_path = true;
  layout.nodes.push_back(first);
  for (std::size_t at = 0; at < layout.nodes.size(); ++at) {
    const GraphNode node = layout.nodes[at];
    if (node.more != 0 || node.column >= kGraphAncestors + kGraphGenerations) continue;
    // Above its parent only the way itself is drawn; from there on all that was started.
    const bool above = node.on_path && node.entity != selected && node.entity != parent;
    std::vector<EntityId> children;
    for (const EntityId child : tree.children(node.entity)) {
      if (!above || path.count(child.value) != 0) children.push_back(child);
    }
    std::stable_partition(children.begin(), children.end(), [&](EntityId id) {
      const ProcessFacts& facts = open.index->facts(id);
      return path.count(id.value) != 0 || facts.findings + facts.findings_below + facts.run != 0;
    });
    std::size_t shown = std::min(children.size(), kGraphChildren);
    if (children.size() == shown + 1) ++shown;  // one more is no saving
    if (layout.nodes.size() + shown > kGraphNodes) shown = 0;
    std::sort(children.begin(), children.begin() + static_cast<std::ptrdiff_t>(shown));
    const auto add = [&](EntityId id, std::size_t more) {
      GraphNode child;
      child.entity = id;
      child.more = static_cast<std::uint32_t>(more);
      child.column = node.column + 1;
      child.parent = static_cast<std::uint32_t>(at + 1);
      child.on_path = more == 0 && path.count(id.value) != 0;
      child.after_ns = tree.entity(id).start.ns - tree.entity(node.entity).start.ns;
      layout.nodes.push_back(child);
    };
    for (std::size_t i = 0; i < shown; ++i) add(children[i], 0);
    if (shown < children.size()) add(children[shown], children.size() - shown);
    const std::size_t drawn_elsewhere =
        above ? tree.children(node.entity).size() - children.size() : 0;
    if (drawn_elsewhere != 0) {
      for (const EntityId child : tree.children(node.entity)) {
        if (path.count(child.value) != 0) continue;
        add(child, drawn_elsewhere);
        break;
      }
    }
  }

  // Leaves one below the other in the order of the tree, parents in the middle of theirs.
  std::vector<std::vector<std::uint32_t>> below(layout.nodes.size());
  for (std::uint32_t i = 1; i < layout.nodes.size(); ++i) {
    below[layout.nodes[i].parent - 1].push_back(i);
  }
  std::vector<std::pair<std::uint32_t, std::size_t>> walk{{0, 0}};  // depth is capped above
  double next = 0;
  while (!walk.empty()) {
    auto& [node, child] = walk.back();
    if (child < below[node].size()) {
      walk.emplace_back(below[node][child++], 0);
      continue;
    }
    GraphNode& one = layout.nodes[node];
    one.row =
        below[node].empty()
            ? next++
            : (layout.nodes[below[node].front()].row + layout.nodes[below[node].back()].row) / 2;
    layout.columns = std::max(layout.columns, one.column + 1);
    walk.pop_back();
  }
  layout.rows = next;
  return layout;
}

}  // namespace stemma::ui
