// Workbench: what all panes of the window share: the open case, the one view with its history, and
// the wishes that change them. Panes listen to its signals and never to each other. Not a pane.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <optional>
#include <unordered_map>

#include "ui/case_service.hpp"
#include "ui/state/open_case.hpp"
#include "ui/state/view.hpp"

namespace stemma::ui {

/// What a note is about, and of an event where it lies.
struct NoteTarget {
  Target target;
  std::optional<TargetPlace> place = {};
};

class Workbench : public QObject {
  Q_OBJECT

 public:
  /// `service` is borrowed and outlives the workbench.
  explicit Workbench(CaseService& service, QObject* parent = nullptr);

  [[nodiscard]] CaseService& service() const { return service_; }
  /// Null before the first stage of a case.
  [[nodiscard]] const std::shared_ptr<const OpenCase>& openCase() const { return open_; }
  [[nodiscard]] const View& view() const { return history_.now(); }
  [[nodiscard]] bool canUndo() const { return history_.can_undo(); }
  [[nodiscard]] bool canRedo() const { return history_.can_redo(); }

  void openPaths(const QStringList& paths);

  // Wishes. Selecting a finding selects its event and process too, an event its process, a process
  // the event that shows it best.
  void selectFinding(std::uint32_t finding, const QString& gesture = {});
  void selectInvocation(std::uint32_t invocation, const QString& gesture = {});
  void selectEvent(EventId event, const QString& gesture = {});
  void selectEntity(EntityId entity, const QString& gesture = {});
  void clearSelection();
  void setFilter(Filter filter);
  void addChip(Chip chip);
  void setZoom(std::optional<TimeRange> zoom, const QString& gesture = {});
  /// The stretch that a case opens on: no step of the history.
  void setFirstZoom(TimeRange zoom);
  void setRoot(EntityId root);
  /// All of it at once: one step.
  void setView(View view) { apply(std::move(view), {}); }
  /// Takes away whatever limits what is shown.
  void liftLimits();
  void undo();
  void redo();

  /// The selected finding's number; nothing where none is selected.
  [[nodiscard]] std::optional<std::uint32_t> selectedFinding() const;
  [[nodiscard]] std::optional<std::uint32_t> selectedInvocation() const;

  // What the analyst says. Kept in a case file of its own, saved as it is said.
  [[nodiscard]] const Annotations& annotations() const { return annotations_; }
  /// Puts it in the place of what was said of its target, and saves.
  void annotate(Annotation annotation);
  /// Changes what is said of several things: one save, and one step for undoNote(). `change` gets
  /// what is said of each so far. Where a cap is exceeded nothing changes, and notesState() says
  /// so.
  void annotateAll(const std::vector<NoteTarget>& targets,
                   const std::function<void(Annotation&)>& change);
  /// Takes the last change of notes back, or does it again. Returns whether there was one.
  bool undoNote();
  bool redoNote();
  /// Reads and hashes the record.
  [[nodiscard]] std::optional<NoteTarget> noteTarget(EventId event) const;
  /// Every note with what it is about, in their order; those that this evidence does not hold too.
  [[nodiscard]] const std::vector<PlacedAnnotation>& placed() const { return placed_; }
  /// Counts up whenever notes, or what they are about, are others.
  [[nodiscard]] std::uint64_t notesRevision() const { return notes_revision_; }
  /// The selected thing of that kind; nothing where none is selected.
  [[nodiscard]] std::optional<Target> selectedTarget(TargetKind kind) const;
  /// Null where nothing is said of it.
  [[nodiscard]] const Annotation* noteOn(EventId event) const;
  /// What is said of events, in brief; by event.
  [[nodiscard]] std::vector<std::pair<EventId, std::string>> notesOnEvents() const;
  [[nodiscard]] const Annotation* noteOn(EntityId entity) const;
  [[nodiscard]] const Annotation* noteOnFinding(std::uint32_t finding) const;
  [[nodiscard]] const Annotation* noteOnRun(std::uint32_t run) const;
  /// Another case file for the open collection; one that is not there is made by the first save.
  void openNotes(const QString& path);
  /// The case file for the collection that is opening; the next one is found by its evidence again.
  void setCaseFile(const QString& path) { case_file_ = path; }
  /// Texts of the window that the case file keeps beside the notes.
  [[nodiscard]] const std::map<std::string, std::string>& settings() const { return settings_; }
  /// Puts a text in the place of another one; without a text it is taken away. `quietly`: not worth
  /// a case file of its own; saved with the next note where there is none yet.
  void setSetting(const std::string& key, std::optional<std::string> value, bool quietly);
  /// Where notes are kept, and whether all of them are on the disk.
  [[nodiscard]] QString notesState() const { return notes_state_; }
  /// What to know of the case file: evidence that changed, what was left out.
  [[nodiscard]] const std::vector<std::string>& caseNotes() const { return case_notes_; }

  /// Of the open case; null until it is worked out, a moment after each stage.
  [[nodiscard]] const std::shared_ptr<const timeline::Model>& timeline() const { return timeline_; }
  void setTimeline(std::shared_ptr<const timeline::Model> timeline);

  /// Events that the filter leaves, ascending; null where it leaves all. Grows while a filter runs.
  [[nodiscard]] const std::vector<EventId>* filtered() const { return filtered_.get(); }
  [[nodiscard]] bool filtering() const { return filtering_; }
  /// Events of the case that the running filter has looked at.
  [[nodiscard]] std::size_t filterLookedAt() const { return looked_at_; }
  [[nodiscard]] const std::vector<std::string>& filterNotes() const { return filter_notes_; }

 Q_SIGNALS:
  /// Another case, or a further stage of the same. `stage` says which is new.
  void caseChanged();
  void viewChanged();
  void timelineChanged();
  /// More rows, or all of them, or none any more.
  void filterChanged();
  /// Something was said, saved, or read from a case file.
  void notesChanged();
  /// Settings were read from a case file.
  void settingsRead();
  /// The same, or one was set.
  void settingsChanged();

 private:
  void apply(View view, const QString& gesture);
  void changed(const View& before);
  void run_filter();
  /// Invocation::id of the run that a process belongs to; empty for none.
  [[nodiscard]] std::string run_of(EntityId entity) const;
  void select_place(const Invocation& run, Selection& selection) const;

  CaseService& service_;
  std::shared_ptr<const OpenCase> open_;
  std::shared_ptr<const timeline::Model> timeline_;
  ViewHistory history_;
  RequestHandle filter_request_;
  std::unique_ptr<std::vector<EventId>> filtered_;
  bool filtering_ = false;
  std::size_t looked_at_ = 0;
  std::vector<std::string> filter_notes_;
  void place_notes();
  void save();
  using NoteStates = std::vector<std::pair<Target, std::optional<Annotation>>>;
  struct NoteStep {
    NoteStates before, after;
  };
  bool step_notes(const NoteStates& states);
  /// Steps that can be taken back.
  static constexpr std::size_t kMaxNoteSteps = 100;
  std::vector<NoteStep> note_steps_;
  std::size_t note_at_ = 0;  // steps that are done
  std::uint64_t notes_revision_ = 0;

  Annotations annotations_;
  std::map<std::string, std::string> settings_;
  bool file_exists_ = false;
  std::vector<PlacedAnnotation> placed_;  // borrows annotations_
  std::unordered_map<EventId, const Annotation*> on_event_;
  std::unordered_map<EntityId, const Annotation*> on_entity_;
  std::unordered_map<std::uint32_t, const Annotation*> on_finding_, on_run_;
  RequestHandle notes_request_;
  std::string notes_path_;
  QString case_file_;
  QString notes_state_;
  std::vector<std::string> case_notes_;
  QTimer tell_;  // many changes of one turn of the event loop are told once
};

}  // namespace stemma::ui
