#include "ui/state/case_index.hpp"

#include <algorithm>

namespace stemma::ui {

std::optional<Activity> activity_of(CategorySet categories) {
  const auto has = [&](CategoryBit bit) { return (categories & category_bit(bit)) != 0; };
  if (has(CategoryBit::dns)) return Activity::dns;
  if (has(CategoryBit::network)) return Activity::network;
  if (has(CategoryBit::registry)) return Activity::registry;
  if (has(CategoryBit::file)) return Activity::file;
  if (has(CategoryBit::process)) return std::nullopt;
  return Activity::other;
}

CaseIndex::CaseIndex(const CaseSnapshot& snapshot, std::span<const Finding> findings,
                     const Incident* incident) {
  const ProcessTree& tree = snapshot.tree;
  const std::size_t count = tree.entities().size();
  facts_.resize(count);
  findings_begin_.assign(count + 1, 0);
  on_host_.assign(snapshot.hosts.size() + 1, 0);

  const EventStore& events = snapshot.events;
  std::vector<std::int8_t> activities{-1};  // by class
  for (const EventClass& one : events.classes().all()) {
    const auto activity = activity_of(one.categories);
    activities.push_back(activity ? static_cast<std::int8_t>(*activity) : std::int8_t{-1});
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    const EventId id = EventId::from_index(i);
    const EntityId entity = events.entity(id);
    if (!entity) continue;
    const std::int8_t activity = activities[events.event_class(id).value];
    if (activity >= 0) ++facts_[entity.index()].events[static_cast<std::size_t>(activity)];
  }

  for (const Finding& finding : findings) {
    if (finding.entity) ++findings_begin_[finding.entity.index() + 1];
  }
  for (std::size_t i = 0; i < count; ++i) findings_begin_[i + 1] += findings_begin_[i];
  findings_.resize(findings_begin_[count]);
  std::vector<std::uint32_t> next(findings_begin_.begin(), findings_begin_.end() - 1);
  for (std::uint32_t i = 0; i < findings.size(); ++i) {
    if (findings[i].entity) findings_[next[findings[i].entity.index()]++] = i;
  }

  if (incident != nullptr) {
    for (std::uint32_t i = 0; i < incident->invocations.size(); ++i) {
      for (const RunProcess& process : incident->invocations[i].processes) {
        if (!process.entity) continue;
        ProcessFacts& facts = facts_[process.entity.index()];
        if (facts.run != 0) continue;
        facts.run = i + 1;
        facts.run_root = process.membership == Membership::root;
      }
    }
  }

  run_of_finding_.assign(findings.size(), 0);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (findings[i].entity) run_of_finding_[i] = facts_[findings[i].entity.index()].run;
  }
  if (incident != nullptr) {
    for (std::size_t i = incident->invocations.size(); i-- > 0;) {  // the first one that has it
      for (const std::uint32_t finding : incident->invocations[i].findings)
        run_of_finding_[finding] = static_cast<std::uint32_t>(i + 1);
    }
    const std::size_t of_rules = findings.size() - incident->secrets.size();
    for (std::size_t i = 0; i < incident->secrets.size(); ++i) {
      if (const auto run = incident->secrets[i].invocation)
        run_of_finding_[of_rules + i] = *run + 1;
    }
  }
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const std::uint32_t run = run_of_finding_[i];
    const bool set_aside = run != 0 && incident->invocations[run - 1].automation.has_value();
    if (findings[i].entity && !set_aside) ++facts_[findings[i].entity.index()].findings;
  }

  // The tree from its roots, so that what is below is known when a process is left. Forged records
  // make no circles here: lineage has cut them.
  std::vector<EntityId> order;
  order.reserve(count);
  std::vector<EntityId> open(tree.roots().rbegin(), tree.roots().rend());
  while (!open.empty()) {
    const EntityId id = open.back();
    open.pop_back();
    order.push_back(id);
    const auto children = tree.children(id);
    open.insert(open.end(), children.rbegin(), children.rend());
  }
  for (const EntityId id : order) {
    ProcessFacts& facts = facts_[id.index()];
    const ProcessEntity& entity = tree.entity(id);
    if (facts.findings != 0 || facts.run != 0) marked_.push_back(id);
    ++on_host_[entity.host.value];
    if (!entity.parent) continue;
    const ImageId own = tree.last_image(id), parents = tree.last_image(entity.parent);
    if (!own || !parents) continue;
    const ProcessImage& a = tree.image(own);
    const ProcessImage& b = tree.image(parents);
    facts.user_changed =
        (a.user_id && b.user_id && a.user_id != b.user_id) ||
        (!(a.user_id && b.user_id) && a.user_name && b.user_name && a.user_name != b.user_name);
  }
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    const EntityId parent = tree.entity(*at).parent;
    if (!parent) continue;
    const ProcessFacts& facts = facts_[at->index()];
    facts_[parent.index()].findings_below += facts.findings + facts.findings_below;
  }
}

std::span<const std::uint32_t> CaseIndex::findings_of(EntityId id) const {
  return std::span(findings_).subspan(
      findings_begin_[id.index()], findings_begin_[id.index() + 1] - findings_begin_[id.index()]);
}

}  // namespace stemma::ui
