#include "ui/timeline/lane_list.hpp"

#include <algorithm>

namespace stemma::ui::timeline {
namespace {

std::uint8_t indent_of(std::uint32_t level) {
  return static_cast<std::uint8_t>(std::min<std::uint32_t>(level, kMaxIndent));
}

bool is_process(LaneKind kind) {
  return kind == LaneKind::session || kind == LaneKind::process;
}

// Whether all processes of a machine are shown from the start.
bool few(const HostProcesses& processes) {
  return processes.of_interest == 0 && processes.size <= kFewProcesses;
}

}  // namespace

LaneList::LaneList(std::shared_ptr<const Model> model) {
  replace(std::move(model));
}

void LaneList::replace(std::shared_ptr<const Model> model) {
  const bool same = model_ && model && !model_->empty() && !model->empty() &&
                    model_->open_case->snapshot == model->open_case->snapshot;
  if (!same) {
    closed_hosts_.clear();
    toggled_others_.clear();
    toggled_.clear();
    pins_.clear();
    hidden_.clear();
  }
  model_ = std::move(model);
  rebuild();
}

void LaneList::rebuild() {
  lanes_.clear();
  pinned_lanes_ = 0;
  if (!model_ || model_->empty()) return;
  for (std::uint32_t i = 0; i < model_->hosts.size(); ++i) add_machine(i);
  if (!hidden_.empty()) take_hidden_away();
  std::vector<Lane> pinned;
  for (const Key& key : pins_) {
    const auto lane = lane_of(key);
    if (!lane) continue;
    pinned.push_back(*lane);
    pinned.back().pinned = true;
  }
  pinned_lanes_ = pinned.size();
  lanes_.insert(lanes_.begin(), pinned.begin(), pinned.end());
}

LaneList::Key LaneList::key_of(const Lane& lane) const {
  if (is_process(lane.kind)) return {LaneKind::process, model_->processes.entity(lane.index).value};
  return {lane.kind, model_->hosts[lane.index].host.value};
}

std::optional<Lane> LaneList::lane_of(const Key& key) const {
  Lane lane;
  lane.kind = key.kind;
  if (key.kind == LaneKind::process) {
    const EntityId entity{key.id};
    if (!entity || entity.index() >= model_->processes.size()) return std::nullopt;
    lane.index = model_->processes.position(entity);
    if (model_->processes.depth(lane.index) == 0) lane.kind = LaneKind::session;
    return lane;
  }
  const HostModel* const host = model_->find(HostId{key.id});
  if (host == nullptr) return std::nullopt;
  lane.index = static_cast<std::uint32_t>(host - model_->hosts.data());
  return lane;
}

void LaneList::take_hidden_away() {
  std::vector<Lane> kept;
  for (std::size_t row = 0; row < lanes_.size();) {
    const Lane& lane = lanes_[row];
    if (hidden_.count(key_of(lane)) == 0) {
      kept.push_back(lane);
      ++row;
      continue;
    }
    const auto below = [&](const Lane& other) {
      if (lane.kind == LaneKind::host || lane.kind == LaneKind::cloud) return other.indent > 0;
      if (lane.kind == LaneKind::others) return other.under_others;
      if (!is_process(lane.kind) || !is_process(other.kind)) return false;
      return other.index > lane.index &&
             other.index < lane.index + model_->processes.subtree(lane.index);
    };
    for (++row; row < lanes_.size() && below(lanes_[row]); ++row) {
    }
  }
  lanes_ = std::move(kept);
}

bool LaneList::set_pinned(std::size_t row, bool pinned) {
  if (row >= lanes_.size()) return false;
  const Key key = key_of(lanes_[row]);
  const auto at = std::find(pins_.begin(), pins_.end(), key);
  if (pinned == (at != pins_.end())) return true;
  if (pinned) {
    if (pins_.size() >= kMaxPinned) return false;
    pins_.push_back(key);
  } else {
    pins_.erase(at);
  }
  rebuild();
  return true;
}

bool LaneList::is_pinned(std::size_t row) const {
  return row < lanes_.size() &&
         std::find(pins_.begin(), pins_.end(), key_of(lanes_[row])) != pins_.end();
}

void LaneList::hide(std::size_t row) {
  if (row >= lanes_.size()) return;
  const Key key = key_of(lanes_[row]);
  std::erase(pins_, key);
  hidden_.insert(key);
  rebuild();
}

std::vector<Lane> LaneList::hidden() const {
  std::vector<Lane> out;
  for (const Key& key : hidden_) {
    if (const auto lane = lane_of(key)) out.push_back(*lane);
  }
  return out;
}

void LaneList::show(const Lane& lane) {
  hidden_.erase(key_of(lane));
  rebuild();
}

void LaneList::show_all_hidden() {
  hidden_.clear();
  rebuild();
}

void LaneList::add_machine(std::uint32_t host) {
  const HostModel& model = model_->hosts[host];
  const HostProcesses* const processes = model_->processes.find(model.host);
  Lane lane;
  lane.kind = model.cloud ? LaneKind::cloud : LaneKind::host;
  lane.index = host;
  lane.can_open = !model.findings.empty() || !model.runs.empty() || processes != nullptr;
  lane.open = lane.can_open && closed_hosts_.count(model.host) == 0;
  lanes_.push_back(lane);
  if (!lane.open) return;
  lane.indent = 1;
  lane.can_open = lane.open = false;
  if (!model.runs.empty()) {
    lane.kind = LaneKind::runs;
    lanes_.push_back(lane);
  }
  if (!model.findings.empty()) {
    lane.kind = LaneKind::findings;
    lanes_.push_back(lane);
  }
  if (processes == nullptr) return;
  add_sessions(*processes);
  add_others(host, *processes);
}

// What is of interest: ancestors of such a life are too, so whatever is not has nothing below it
// that is, and is stepped over.
void LaneList::add_sessions(const HostProcesses& processes) {
  const ProcessOrder& order = model_->processes;
  for (std::uint32_t s = 0; s < processes.sessions; ++s) {
    const Session& session = order.sessions()[processes.first_session + s];
    if (session.of_interest == 0) continue;
    for (Position at = session.first; at < session.first + session.size;) {
      const bool shown = order.is_of_interest(at);
      if (shown) add_process(at, 1 + order.depth(at), Place::of_interest);
      at += shown && is_open(at, Place::of_interest) ? 1 : order.subtree(at);
    }
  }
}

void LaneList::add_others(std::uint32_t host, const HostProcesses& processes) {
  if (processes.of_interest == processes.size) return;
  Lane lane;
  lane.kind = LaneKind::others;
  lane.indent = 1;
  lane.index = host;
  lane.can_open = true;
  lane.open = others_open(host, processes);
  lanes_.push_back(lane);
  if (!lane.open) return;
  const ProcessOrder& order = model_->processes;
  const Place place = few(processes) ? Place::others_of_few : Place::others;
  for (Position at = processes.first; at < processes.first + processes.size;) {
    if (order.is_of_interest(at)) {
      ++at;
      continue;
    }
    const Position end = at + order.subtree(at);
    const std::uint32_t top = order.depth(at);
    while (at < end) {
      add_process(at, 2 + order.depth(at) - top, place);
      at += is_open(at, place) ? 1 : order.subtree(at);
    }
  }
}

void LaneList::add_process(Position at, std::uint32_t level, Place place) {
  const ProcessOrder& order = model_->processes;
  Lane lane;
  lane.kind = order.depth(at) == 0 ? LaneKind::session : LaneKind::process;
  lane.indent = indent_of(level);
  lane.index = at;
  lane.under_others = place != Place::of_interest;
  lane.can_open = lane.under_others ? order.subtree(at) > 1 : order.leads_to_interest(at);
  lane.open = lane.can_open && is_open(at, place);
  lanes_.push_back(lane);
}

bool LaneList::is_open(Position at, Place place) const {
  return (toggled_.count(at) != 0) == (place == Place::others);
}

bool LaneList::others_open(std::uint32_t host, const HostProcesses& processes) const {
  return few(processes) != (toggled_others_.count(model_->hosts[host].host) != 0);
}

void LaneList::set_open(std::size_t row, bool open) {
  if (row >= lanes_.size() || !lanes_[row].can_open || lanes_[row].open == open) return;
  const Lane lane = lanes_[row];
  const auto toggle = [](auto& set, const auto& value) {
    if (set.erase(value) == 0) set.insert(value);
  };
  if (is_process(lane.kind)) {
    toggle(toggled_, Position{lane.index});
  } else if (lane.kind == LaneKind::others) {
    toggle(toggled_others_, model_->hosts[lane.index].host);
  } else {
    toggle(closed_hosts_, model_->hosts[lane.index].host);
  }
  rebuild();
}

void LaneList::open_all() {
  if (!model_ || model_->empty()) return;
  closed_hosts_.clear();
  toggled_others_.clear();
  toggled_.clear();
  const ProcessOrder& order = model_->processes;
  for (const HostProcesses& processes : order.hosts()) {
    if (few(processes)) continue;
    for (Position at = processes.first; at < processes.first + processes.size; ++at) {
      if (!order.is_of_interest(at) && order.subtree(at) > 1) toggled_.insert(at);
    }
  }
  for (std::uint32_t i = 0; i < model_->hosts.size(); ++i) {
    const HostProcesses* const processes = order.find(model_->hosts[i].host);
    if (processes != nullptr && !others_open(i, *processes))
      toggled_others_.insert(model_->hosts[i].host);
  }
  rebuild();
}

void LaneList::close_all() {
  if (!model_ || model_->empty()) return;
  toggled_.clear();
  toggled_others_.clear();
  for (const HostModel& host : model_->hosts) closed_hosts_.insert(host.host);
  rebuild();
}

std::optional<std::size_t> LaneList::row_of(EntityId entity) const {
  if (!model_ || model_->empty() || !entity || entity.index() >= model_->processes.size())
    return {};
  const Position at = model_->processes.position(entity);
  std::optional<std::size_t> found;
  for (std::size_t row = 0; row < lanes_.size(); ++row) {
    if (!is_process(lanes_[row].kind) || lanes_[row].index != at) continue;
    found = row;
    if (!lanes_[row].pinned) break;
  }
  return found;
}

std::optional<std::size_t> LaneList::row_of(HostId host, LaneKind kind) const {
  std::optional<std::size_t> found;
  for (std::size_t row = 0; row < lanes_.size(); ++row) {
    if (lanes_[row].kind != kind || is_process(kind) ||
        model_->hosts[lanes_[row].index].host != host)
      continue;
    found = row;
    if (!lanes_[row].pinned) break;
  }
  return found;
}

std::optional<std::size_t> LaneList::reveal(EntityId entity) {
  if (const auto row = row_of(entity); row && !lanes_[*row].pinned) return row;
  if (!model_ || model_->empty() || !entity || entity.index() >= model_->processes.size())
    return {};
  const ProcessOrder& order = model_->processes;
  const Position wanted = order.position(entity);
  const HostId host = model_->snapshot().tree.entity(entity).host;
  const HostModel* const entry = model_->find(host);
  if (entry == nullptr) return {};
  closed_hosts_.erase(host);
  const HostProcesses& processes = *order.find(host);
  const bool under_others = !order.is_of_interest(wanted);
  const Place place = !under_others    ? Place::of_interest
                      : few(processes) ? Place::others_of_few
                                       : Place::others;
  const auto number = static_cast<std::uint32_t>(entry - model_->hosts.data());
  if (under_others && !others_open(number, processes)) {
    if (toggled_others_.erase(host) == 0) toggled_others_.insert(host);
  }
  // Down from the leader of its session: every life on the way is opened.
  const Session& session = order.sessions()[order.session_of(wanted)];
  for (Position at = session.first; at != wanted;) {
    const bool above = wanted < at + order.subtree(at);
    if (above && order.is_of_interest(at) == !under_others && !is_open(at, place)) {
      if (toggled_.erase(at) == 0) toggled_.insert(at);
    }
    at += above ? 1 : order.subtree(at);
  }
  rebuild();
  return row_of(entity);
}

std::size_t LaneList::parent_of(std::size_t row) const {
  std::size_t at = row;
  while (at > pinned_lanes_) {
    --at;
    if (lanes_[at].indent < lanes_[row].indent) return at;
    // Lanes at the deepest indent stand below each other whatever their depth.
    if (lanes_[row].indent == kMaxIndent && is_process(lanes_[at].kind) &&
        is_process(lanes_[row].kind)) {
      const ProcessOrder& order = model_->processes;
      if (lanes_[at].index < lanes_[row].index &&
          lanes_[row].index < lanes_[at].index + order.subtree(lanes_[at].index))
        return at;
    }
  }
  return row;
}

}  // namespace stemma::ui::timeline
