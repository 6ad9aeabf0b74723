#include "ui/models/workbench.hpp"

#include <QStringList>
#include <algorithm>
#include <utility>

#include "ui/state/finding_facts.hpp"

namespace stemma::ui {

Workbench::Workbench(CaseService& service, QObject* parent) : QObject(parent), service_(service) {
  tell_.setSingleShot(true);
  tell_.setInterval(0);
  connect(&tell_, &QTimer::timeout, this, &Workbench::viewChanged);
}

void Workbench::openPaths(const QStringList& paths) {
  std::vector<std::string> list;
  for (const QString& path : paths) list.push_back(path.toStdString());
  filter_request_.reset();
  filtered_.reset();
  filter_notes_.clear();
  filtering_ = false;
  history_.clear();
  open_.reset();
  notes_request_.reset();
  annotations_.clear();
  settings_.clear();
  note_steps_.clear();
  note_at_ = 0;
  file_exists_ = false;
  case_notes_.clear();
  notes_path_.clear();
  place_notes();
  Q_EMIT caseChanged();
  tell_.start();
  service_.open(std::move(list), [this](std::shared_ptr<const OpenCase> next) {
    const bool first = !open_ || !open_->snapshot;
    open_ = std::move(next);
    if (first && open_->snapshot) {
      run_filter();
      openNotes(std::exchange(case_file_, {}));
    } else {
      place_notes();  // findings and runs are new
    }
    Q_EMIT caseChanged();
  });
}

void Workbench::setTimeline(std::shared_ptr<const timeline::Model> timeline) {
  timeline_ = std::move(timeline);
  Q_EMIT timelineChanged();
}

void Workbench::apply(View view, const QString& gesture) {
  const View before = history_.now();
  if (history_.set(std::move(view), gesture.toStdString())) changed(before);
}

void Workbench::changed(const View& before) {
  if (!(before.filter == history_.now().filter)) run_filter();
  tell_.start();
}

void Workbench::undo() {
  const View before = history_.now();
  if (history_.undo()) changed(before);
}

void Workbench::redo() {
  const View before = history_.now();
  if (history_.redo()) changed(before);
}

std::string Workbench::run_of(EntityId entity) const {
  if (!entity || !open_->incident) return {};
  const std::uint32_t run = open_->index->facts(entity).run;
  return run == 0 ? std::string{} : open_->incident->invocations[run - 1].id;
}

void Workbench::selectFinding(std::uint32_t finding, const QString& gesture) {
  if (!open_ || finding >= open_->findings.size()) return;
  const Finding& one = open_->findings[finding];
  View view = history_.now();
  const Invocation* run = ui::run_of(*open_, finding);
  view.selection = {one.event, one.entity, one.id, run == nullptr ? std::string{} : run->id};
  // A secret that only a file holds: its run is what there is to see of it.
  if (!one.event && !one.entity && run != nullptr) select_place(*run, view.selection);
  apply(std::move(view), gesture);
}

void Workbench::select_place(const Invocation& run, Selection& selection) const {
  selection.entity = run.root;
  selection.event = {};
  if (run.root) {
    const auto images = open_->snapshot->tree.images_of(run.root);
    if (!images.empty()) selection.event = images.front().event;
  }
  if (!selection.event && !run.evidence.empty()) selection.event = run.evidence.front();
}

void Workbench::selectInvocation(std::uint32_t invocation, const QString& gesture) {
  if (!open_ || !open_->incident || invocation >= open_->incident->invocations.size()) return;
  const Invocation& one = open_->incident->invocations[invocation];
  View view = history_.now();
  view.selection.finding.clear();
  view.selection.invocation = one.id;
  select_place(one, view.selection);
  apply(std::move(view), gesture);
}

void Workbench::selectEvent(EventId event, const QString& gesture) {
  if (!open_ || !open_->snapshot || !event || event.index() >= open_->snapshot->events.size()) {
    return;
  }
  View view = history_.now();
  const EntityId entity = open_->snapshot->events.entity(event);
  view.selection = {event, entity, {}, run_of(entity)};
  for (const Finding& finding : open_->findings) {
    if (finding.event != event) continue;
    view.selection.finding = finding.id;
    break;
  }
  apply(std::move(view), gesture);
}

void Workbench::selectEntity(EntityId entity, const QString& gesture) {
  if (!open_ || !open_->snapshot || !entity ||
      entity.index() >= open_->snapshot->tree.entities().size()) {
    return;
  }
  View view = history_.now();
  view.selection = {{}, entity, {}, run_of(entity)};
  const auto images = open_->snapshot->tree.images_of(entity);
  if (!images.empty()) view.selection.event = images.back().event;
  const auto findings = open_->index->findings_of(entity);
  if (!findings.empty()) view.selection.finding = open_->findings[findings.front()].id;
  apply(std::move(view), gesture);
}

void Workbench::clearSelection() {
  View view = history_.now();
  view.selection = {};
  apply(std::move(view), {});
}

void Workbench::setFilter(Filter filter) {
  View view = history_.now();
  if (filter.chips.size() > kMaxChips) filter.chips.resize(kMaxChips);
  view.filter = std::move(filter);
  apply(std::move(view), {});
}

void Workbench::addChip(Chip chip) {
  Filter filter = history_.now().filter;
  for (Chip& one : filter.chips) {
    Chip same = one;
    same.enabled = chip.enabled;
    if (same == chip) {  // there already, perhaps turned off
      one.enabled = true;
      return setFilter(std::move(filter));
    }
  }
  filter.chips.push_back(std::move(chip));
  setFilter(std::move(filter));
}

void Workbench::setZoom(std::optional<TimeRange> zoom, const QString& gesture) {
  View view = history_.now();
  view.zoom = zoom;
  apply(std::move(view), gesture);
}

void Workbench::setFirstZoom(TimeRange zoom) {
  View view = history_.now();
  view.zoom = zoom;
  if (history_.amend(std::move(view))) tell_.start();
}

void Workbench::setRoot(EntityId root) {
  View view = history_.now();
  view.root = root;
  apply(std::move(view), {});
}

void Workbench::liftLimits() {
  View view = history_.now();
  for (Chip& chip : view.filter.chips) chip.enabled = false;
  view.root = {};
  apply(std::move(view), {});
}

std::optional<std::uint32_t> Workbench::selectedFinding() const {
  const std::string& id = history_.now().selection.finding;
  if (!open_ || id.empty()) return std::nullopt;
  for (std::uint32_t i = 0; i < open_->findings.size(); ++i) {
    if (open_->findings[i].id == id) return i;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Workbench::selectedInvocation() const {
  const std::string& id = history_.now().selection.invocation;
  if (!open_ || !open_->incident || id.empty()) return std::nullopt;
  const auto& all = open_->incident->invocations;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].id == id) return i;
  }
  return std::nullopt;
}

void Workbench::run_filter() {
  filter_request_.reset();
  filter_notes_.clear();
  looked_at_ = 0;
  const Filter& filter = history_.now().filter;
  const bool any = std::any_of(filter.chips.begin(), filter.chips.end(),
                               [](const Chip& chip) { return chip.enabled; });
  if (!any || !open_ || !open_->snapshot) {
    filtered_.reset();
    filtering_ = false;
    Q_EMIT filterChanged();
    return;
  }
  filtered_ = std::make_unique<std::vector<EventId>>();
  filtering_ = true;
  filter_request_ = service_.filter(filter, [this](FilterPortion portion) {
    filtered_->insert(filtered_->end(), portion.events.begin(), portion.events.end());
    looked_at_ = portion.looked_at;
    filtering_ = !portion.done;
    for (std::string& note : portion.notes) filter_notes_.push_back(std::move(note));
    Q_EMIT filterChanged();
  });
  Q_EMIT filterChanged();
}

}  // namespace stemma::ui
