#include "ui/state/process_rows.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace stemma::ui {
namespace {

std::uint16_t deeper(std::uint16_t depth) {
  return depth == std::numeric_limits<std::uint16_t>::max() ? depth
                                                            : static_cast<std::uint16_t>(depth + 1);
}

StringId name_of(const ProcessTree& tree, EntityId id) {
  const ImageId image = tree.last_image(id);
  return image ? tree.image(image).name : StringId{};
}

}  // namespace

ProcessRows::ProcessRows(std::shared_ptr<const OpenCase> open) {
  update(std::move(open));
}

void ProcessRows::update(std::shared_ptr<const OpenCase> open) {
  const bool same = open_ && open && open_->snapshot == open->snapshot;
  open_ = std::move(open);
  if (!open_ || !open_->snapshot) {
    rows_.clear();
    return;
  }
  if (!same) {
    expanded_.assign(open_->snapshot->tree.entities().size() + 1, false);
    hosts_.assign(open_->snapshot->hosts.size() + 1, true);
    unfolded_.clear();
    limit_ = {};
  }
  open_to_marked();
  rebuild();
}

void ProcessRows::open_to_marked() {
  const ProcessTree& tree = open_->snapshot->tree;
  for (const EntityId id : open_->index->marked()) {
    for (EntityId up = tree.entity(id).parent; up && !expanded_[up.value];
         up = tree.entity(up).parent) {
      expanded_[up.value] = true;
    }
  }
}

bool ProcessRows::folds(EntityId id) const {
  const ProcessFacts& facts = open_->index->facts(id);
  return facts.findings == 0 && facts.run == 0 && open_->snapshot->tree.children(id).empty();
}

std::vector<EntityId> ProcessRows::roots_of(HostId host) const {
  const ProcessTree& tree = open_->snapshot->tree;
  std::vector<EntityId> roots;
  for (const EntityId id : tree.roots()) {
    if (tree.entity(id).host == host) roots.push_back(id);
  }
  return roots;
}

void ProcessRows::append_process(EntityId id, std::uint16_t depth,
                                 std::vector<ProcessRow>& out) const {
  const ProcessTree& tree = open_->snapshot->tree;
  ProcessRow row;
  row.entity = id;
  row.host = tree.entity(id).host;
  row.depth = depth;
  row.expandable = !tree.children(id).empty();
  row.expanded = row.expandable && expanded_[id.value];
  out.push_back(row);
}

// Depth first without recursion: a forged chain may be as deep as there are processes.
void ProcessRows::append_below(const ProcessRow& top, std::vector<ProcessRow>& out) const {
  const ProcessTree& tree = open_->snapshot->tree;
  struct Level {
    std::vector<EntityId> own;  // of a host, whose roots are no span of the tree
    std::span<const EntityId> list;
    std::size_t at = 0;
    std::uint16_t depth = 0;
  };
  std::vector<Level> levels;
  Level first;
  first.depth = deeper(top.depth);
  if (top.kind == ProcessRow::Kind::host) {
    first.own = roots_of(top.host);
  } else {
    first.list = tree.children(top.entity);
  }
  levels.push_back(std::move(first));
  while (!levels.empty()) {
    Level& level = levels.back();
    const std::span<const EntityId> list =
        level.own.empty() ? level.list : std::span<const EntityId>(level.own);
    if (level.at == list.size()) {
      levels.pop_back();
      continue;
    }
    const EntityId id = list[level.at];
    std::size_t end = level.at;
    if (folds(id)) {
      const StringId name = name_of(tree, id);
      while (end < list.size() && name_of(tree, list[end]) == name && folds(list[end])) ++end;
    }
    if (end - level.at >= kFoldFrom && unfolded_.count(list[level.at + kFoldShows].value) == 0) {
      for (std::size_t i = 0; i < kFoldShows; ++i) {
        append_process(list[level.at + i], level.depth, out);
      }
      ProcessRow more;
      more.kind = ProcessRow::Kind::more;
      more.entity = list[level.at + kFoldShows];
      more.host = tree.entity(more.entity).host;
      more.depth = level.depth;
      more.count = static_cast<std::uint32_t>(end - level.at - kFoldShows);
      more.expandable = true;
      out.push_back(more);
      level.at = end;
      continue;
    }
    if (end > level.at) {  // leaves: all at once
      for (; level.at < end; ++level.at) append_process(list[level.at], level.depth, out);
      continue;
    }
    ++level.at;
    append_process(id, level.depth, out);
    if (!out.back().expanded) continue;
    Level next;
    next.list = tree.children(id);
    next.depth = deeper(level.depth);
    levels.push_back(std::move(next));  // `level` is void from here
  }
}

void ProcessRows::rebuild() {
  rows_.clear();
  if (!open_ || !open_->snapshot) return;
  const CaseSnapshot& snapshot = *open_->snapshot;
  if (limit_) {
    append_process(limit_, 0, rows_);
    if (rows_.back().expanded) append_below(ProcessRow(rows_.back()), rows_);
    return;
  }
  std::vector<HostId> hosts;
  for (std::uint32_t i = 0; i <= snapshot.hosts.size(); ++i) {
    if (open_->index->processes_on({i}) != 0) hosts.push_back({i});
  }
  std::sort(hosts.begin(), hosts.end(),
            [&](HostId a, HostId b) { return snapshot.hosts.name(a) < snapshot.hosts.name(b); });
  for (const HostId host : hosts) {
    ProcessRow row;
    row.kind = ProcessRow::Kind::host;
    row.host = host;
    row.count = open_->index->processes_on(host);
    row.expandable = true;
    row.expanded = hosts_[host.value];
    rows_.push_back(row);
    if (row.expanded) append_below(row, rows_);
  }
}

void ProcessRows::replace_below(std::size_t row, const Before& before) {
  ProcessRow& top = rows_[row];
  Change change;
  change.first = row + 1;
  std::size_t end = row + 1;
  while (end < rows_.size() && rows_[end].depth > top.depth) ++end;
  // At the greatest depth rows no longer tell what is below: then everything is made anew.
  change.removed = end - row - 1;
  std::vector<ProcessRow> below;
  if (top.expanded) append_below(ProcessRow(top), below);
  change.inserted = below.size();
  if (before) before(change);
  rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(row + 1),
              rows_.begin() + static_cast<std::ptrdiff_t>(end));
  rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(row + 1), below.begin(), below.end());
}

bool ProcessRows::expand(std::size_t row, const Before& before) {
  ProcessRow& top = rows_[row];
  if (!top.expandable || top.expanded) return false;
  if (top.kind == ProcessRow::Kind::more) {
    // The row gives way to those it stood for.
    unfolded_.insert(top.entity.value);
    const ProcessRow folded = top;
    const ProcessTree& tree = open_->snapshot->tree;
    const EntityId parent = tree.entity(folded.entity).parent;
    const std::vector<EntityId> roots = parent ? std::vector<EntityId>{} : roots_of(folded.host);
    const std::span<const EntityId> list =
        parent ? tree.children(parent) : std::span<const EntityId>(roots);
    const auto first = std::find(list.begin(), list.end(), folded.entity);
    std::vector<ProcessRow> shown;
    for (std::uint32_t i = 0; i < folded.count; ++i) {
      append_process(first[i], folded.depth, shown);
    }
    rows_[row] = shown.front();
    if (before) before({row + 1, 0, shown.size() - 1});
    rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(row + 1), shown.begin() + 1,
                 shown.end());
    return true;
  }
  top.expanded = true;
  if (top.kind == ProcessRow::Kind::host) {
    hosts_[top.host.value] = true;
  } else {
    expanded_[top.entity.value] = true;
  }
  replace_below(row, before);
  return true;
}

bool ProcessRows::collapse(std::size_t row, const Before& before) {
  ProcessRow& top = rows_[row];
  if (!top.expanded) return false;
  top.expanded = false;
  if (top.kind == ProcessRow::Kind::host) {
    hosts_[top.host.value] = false;
  } else {
    expanded_[top.entity.value] = false;
  }
  replace_below(row, before);
  return true;
}

void ProcessRows::expand_all(std::size_t row) {
  if (rows_[row].kind == ProcessRow::Kind::more) {
    expand(row);
    return;
  }
  const ProcessTree& tree = open_->snapshot->tree;
  std::vector<EntityId> open;
  if (rows_[row].kind == ProcessRow::Kind::host) {
    hosts_[rows_[row].host.value] = true;
    open = roots_of(rows_[row].host);
  } else {
    open.push_back(rows_[row].entity);
  }
  while (!open.empty()) {
    const EntityId id = open.back();
    open.pop_back();
    const auto children = tree.children(id);
    if (children.empty()) continue;
    expanded_[id.value] = true;
    open.insert(open.end(), children.begin(), children.end());
  }
  rows_[row].expanded = rows_[row].expandable;
  replace_below(row, {});
}

void ProcessRows::expand_everything() {
  if (!open_ || !open_->snapshot) return;
  std::fill(hosts_.begin(), hosts_.end(), true);
  std::fill(expanded_.begin(), expanded_.end(), true);
  rebuild();
}

void ProcessRows::collapse_everything() {
  std::fill(hosts_.begin(), hosts_.end(), true);
  std::fill(expanded_.begin(), expanded_.end(), false);
  unfolded_.clear();
  rebuild();
}

std::optional<std::size_t> ProcessRows::row_of(EntityId id) const {
  if (!id || !open_ || !open_->snapshot) return std::nullopt;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].kind == ProcessRow::Kind::process && rows_[i].entity == id) return i;
  }
  // Folded away: the row that stands for it begins at or before it among its siblings.
  const ProcessTree& tree = open_->snapshot->tree;
  if (id.index() >= tree.entities().size()) return std::nullopt;
  const EntityId parent = tree.entity(id).parent;
  const std::vector<EntityId> roots =
      parent ? std::vector<EntityId>{} : roots_of(tree.entity(id).host);
  const std::span<const EntityId> list =
      parent ? tree.children(parent) : std::span<const EntityId>(roots);
  const auto own = std::find(list.begin(), list.end(), id);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].kind != ProcessRow::Kind::more) continue;
    const auto first = std::find(list.begin(), own, rows_[i].entity);
    if (first != list.end() && *first == rows_[i].entity &&
        own - first < static_cast<std::ptrdiff_t>(rows_[i].count)) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> ProcessRows::reveal(EntityId id) {
  if (!id || !open_ || !open_->snapshot) return std::nullopt;
  const ProcessTree& tree = open_->snapshot->tree;
  if (id.index() >= tree.entities().size()) return std::nullopt;
  if (const auto row = row_of(id)) {
    if (rows_[*row].kind == ProcessRow::Kind::process) return row;
    expand(*row);
    return row_of(id);
  }
  bool inside = !limit_ || id == limit_;
  hosts_[tree.entity(id).host.value] = true;
  for (EntityId up = tree.entity(id).parent; up; up = tree.entity(up).parent) {
    expanded_[up.value] = true;
    inside = inside || up == limit_;
  }
  rebuild();
  if (!inside) return std::nullopt;
  const auto row = row_of(id);
  if (row && rows_[*row].kind == ProcessRow::Kind::more) {
    expand(*row);
    return row_of(id);
  }
  return row;
}

std::optional<std::size_t> ProcessRows::parent_row(std::size_t row) const {
  for (std::size_t i = row; i-- > 0;) {
    if (rows_[i].depth < rows_[row].depth) return i;
  }
  return std::nullopt;
}

void ProcessRows::limit_to(EntityId root) {
  if (root == limit_) return;
  limit_ = root;
  if (limit_) expanded_[limit_.value] = true;
  rebuild();
}

}  // namespace stemma::ui
