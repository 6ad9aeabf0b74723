// What the analyst says: the workbench's part about notes, their case file and its settings.
#include <QPointer>
#include <algorithm>
#include <chrono>
#include <utility>

#include "ui/models/workbench.hpp"

namespace stemma::ui {

void Workbench::openNotes(const QString& path) {
  notes_state_ = tr("The case file is being read…");
  notes_request_ = service_.open_notes(path.toStdString(), [this](CaseNotes notes) {
    annotations_ = std::move(notes.annotations);
    settings_ = std::move(notes.settings);
    file_exists_ = notes.exists;
    note_steps_.clear();
    note_at_ = 0;
    case_notes_ = std::move(notes.notes);
    notes_path_ = notes.path;
    notes_state_ =
        notes.path.empty() ? tr("Notes are not kept: no case file could be opened.")
        : notes.writable
            ? tr("Notes are saved to %1 as you type.").arg(QString::fromStdString(notes.path))
            : tr("%1 is open to read only: notes are not kept.")
                  .arg(QString::fromStdString(notes.path));
    place_notes();
    Q_EMIT notesChanged();
    Q_EMIT settingsRead();
    Q_EMIT settingsChanged();
  });
  Q_EMIT notesChanged();
}

void Workbench::setSetting(const std::string& key, std::optional<std::string> value, bool quietly) {
  const auto at = settings_.find(key);
  if (value ? at != settings_.end() && at->second == *value : at == settings_.end()) return;
  if (value) {
    settings_[key] = std::move(*value);
  } else {
    settings_.erase(at);
  }
  if (!quietly || file_exists_) save();
  Q_EMIT settingsChanged();
}

void Workbench::annotate(Annotation annotation) {
  NoteTarget about{annotation.target, annotation.place};
  // An event is found again by where it lies.
  if (annotation.target.kind == TargetKind::event && !about.place &&
      selectedTarget(TargetKind::event) == annotation.target)
    about.place = service_.place_of(history_.now().selection.event);
  annotateAll({about}, [&](Annotation& one) {
    one = std::move(annotation);
    if (!one.place) one.place = about.place;
  });
}

void Workbench::annotateAll(const std::vector<NoteTarget>& targets,
                            const std::function<void(Annotation&)>& change) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  NoteStep step;
  Annotations next = annotations_;
  for (const NoteTarget& about : targets) {
    const Annotation* before = annotations_.find(about.target);
    Annotation one = before != nullptr ? *before : Annotation{};
    one.target = about.target;
    if (!one.place) one.place = about.place;
    change(one);
    if (before == nullptr && !one.says_something()) continue;
    if (one.created.ns == 0) one.created = {now};
    if (before != nullptr) {
      one.changed = before->changed;
      if (one == *before) continue;
    }
    one.changed = {now};
    step.before.emplace_back(about.target,
                             before != nullptr ? std::optional(*before) : std::nullopt);
    if (const auto set = next.set(std::move(one)); !set) {
      notes_state_ = QString::fromStdString(set.error());
      return Q_EMIT notesChanged();
    }
  }
  if (step.before.empty()) return;
  for (const auto& [target, before] : step.before) {
    const Annotation* after = next.find(target);
    step.after.emplace_back(target, after != nullptr ? std::optional(*after) : std::nullopt);
  }
  annotations_ = std::move(next);
  note_steps_.resize(note_at_);
  if (note_steps_.size() == kMaxNoteSteps) note_steps_.erase(note_steps_.begin());
  note_steps_.push_back(std::move(step));
  note_at_ = note_steps_.size();
  place_notes();
  save();
}

bool Workbench::step_notes(const NoteStates& states) {
  for (const auto& [target, state] : states) {
    if (state) {
      static_cast<void>(annotations_.set(*state));  // it was there before
    } else {
      annotations_.erase(target);
    }
  }
  place_notes();
  save();
  return true;
}

bool Workbench::undoNote() {
  return note_at_ > 0 && step_notes(note_steps_[--note_at_].before);
}

bool Workbench::redoNote() {
  return note_at_ < note_steps_.size() && step_notes(note_steps_[note_at_++].after);
}

std::optional<NoteTarget> Workbench::noteTarget(EventId event) const {
  auto target = service_.target_of(event);
  if (!target) return std::nullopt;
  return NoteTarget{std::move(*target), service_.place_of(event)};
}

void Workbench::save() {
  notes_state_ = tr("Saving…");
  Q_EMIT notesChanged();
  // A save is never dropped, so its answer may come when the window is gone, or the case.
  service_.save_notes(
      annotations_, settings_,
      [this, still = QPointer<Workbench>(this), path = notes_path_](const std::string& error) {
        if (still.isNull() || path != notes_path_) return;
        file_exists_ = file_exists_ || error.empty();
        notes_state_ = error.empty() ? tr("Saved to %1.").arg(QString::fromStdString(notes_path_))
                                     : QString::fromStdString(error);
        Q_EMIT notesChanged();
      });
}

void Workbench::place_notes() {
  on_event_.clear();
  on_entity_.clear();
  on_finding_.clear();
  on_run_.clear();
  placed_.clear();
  ++notes_revision_;
  if (!annotations_.empty() && open_) placed_ = service_.place(annotations_, *open_);
  for (const PlacedAnnotation& one : placed_) {
    for (const EventId event : one.events) on_event_.emplace(event, one.annotation);
    for (const EntityId entity : one.entities) on_entity_.emplace(entity, one.annotation);
    if (one.finding) on_finding_.emplace(*one.finding, one.annotation);
    if (one.run) on_run_.emplace(*one.run, one.annotation);
  }
}

namespace {

template <class Map, class Key>
const Annotation* found(const Map& map, const Key& key) {
  const auto at = map.find(key);
  return at == map.end() ? nullptr : at->second;
}

}  // namespace

const Annotation* Workbench::noteOn(EventId event) const {
  return found(on_event_, event);
}
std::vector<std::pair<EventId, std::string>> Workbench::notesOnEvents() const {
  std::vector<std::pair<EventId, std::string>> notes;
  for (const auto& [event, annotation] : on_event_)
    notes.emplace_back(event, in_brief(*annotation));
  std::sort(notes.begin(), notes.end());
  return notes;
}
const Annotation* Workbench::noteOn(EntityId entity) const {
  return found(on_entity_, entity);
}
const Annotation* Workbench::noteOnFinding(std::uint32_t finding) const {
  return found(on_finding_, finding);
}
const Annotation* Workbench::noteOnRun(std::uint32_t run) const {
  return found(on_run_, run);
}

std::optional<Target> Workbench::selectedTarget(TargetKind kind) const {
  const Selection& selection = history_.now().selection;
  switch (kind) {
    case TargetKind::finding:
      if (selection.finding.empty()) return std::nullopt;
      return Target{kind, selection.finding};
    case TargetKind::run:
      if (selection.invocation.empty()) return std::nullopt;
      return Target{kind, selection.invocation};
    case TargetKind::process:
      return service_.target_of(selection.entity);
    case TargetKind::event:
      return service_.target_of(selection.event);
  }
  return std::nullopt;
}

}  // namespace stemma::ui
