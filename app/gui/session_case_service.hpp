// SessionCaseService: the program behind the window. Opens collections with app/session, runs rules and filters, decodes what is shown; each on a
// thread of its own, answers on the window's. No Qt.
#pragma once

#include <memory>

#include "app/gui/gui_options.hpp"
#include "ui/case_service.hpp"

namespace stemma {

class CaseImport;
class CaseNotesFile;
class TaskQueue;

class SessionCaseService : public ui::CaseService {
 public:
  /// Runs its argument on the window's thread, later. Called from any thread, also while the service is destroyed.
  using Post = std::function<void(std::function<void()>)>;
  SessionCaseService(GuiOptions options, Post post);
  ~SessionCaseService() override;

  void open(std::vector<std::string> paths, Changed changed) override;
  void cancel_import() override;
  [[nodiscard]] ui::ImportProgress progress() const override;
  [[nodiscard]] ui::RequestHandle read_rows(std::vector<EventId> events, std::vector<FieldId> further, RowsRead done) override;
  [[nodiscard]] ui::RequestHandle read_details(EventId event, DetailsRead done) override;
  [[nodiscard]] ui::RequestHandle make_timeline(std::shared_ptr<const ui::OpenCase> open, std::shared_ptr<const ui::timeline::Model> before, TimelineMade done) override;
  [[nodiscard]] ui::RequestHandle filter(ui::Filter filter, Filtered portion) override;
  [[nodiscard]] ui::RequestHandle sort(std::shared_ptr<const std::vector<EventId>> events, ui::EventGrouping groups, ui::EventSort by, std::vector<std::pair<EventId, std::string>> notes, Sorted portion) override;
  [[nodiscard]] ui::RequestHandle stack(std::shared_ptr<const std::vector<EventId>> events, FieldId field, Stacked done) override;
  [[nodiscard]] ui::RequestHandle check_evidence(EvidenceChecked done) override;
  [[nodiscard]] ui::RequestHandle explain(std::shared_ptr<const ui::OpenCase> open, std::uint32_t finding, Explained done) override;
  [[nodiscard]] ui::RequestHandle write_report(std::string path, std::string format, Written done) override;
  [[nodiscard]] ui::RequestHandle export_events(std::shared_ptr<const std::vector<EventId>> events, std::shared_ptr<const ui::EventOrder> order, std::vector<FieldId> further, std::string path, Written done) override;
  [[nodiscard]] ui::RequestHandle open_notes(std::string path, NotesRead done) override;
  void save_notes(Annotations annotations, std::map<std::string, std::string> settings, Written done) override;
  [[nodiscard]] std::optional<Target> target_of(EventId event) const override;
  [[nodiscard]] std::optional<Target> target_of(EntityId entity) const override;
  [[nodiscard]] std::optional<TargetPlace> place_of(EventId event) const override;
  [[nodiscard]] std::vector<PlacedAnnotation> place(const Annotations& annotations, const ui::OpenCase& open) const override;
  [[nodiscard]] std::vector<std::string> report_formats() const override;

 private:
  GuiOptions options_;
  Post post_;
  void sweep();

  std::shared_ptr<CaseImport> import_;  // null before the first open
  std::vector<std::shared_ptr<CaseImport>> ending_;  // replaced, their threads not yet at an end
  std::unique_ptr<TaskQueue> quick_;    // what a screenful needs
  std::unique_ptr<TaskQueue> timelines_;
  std::unique_ptr<TaskQueue> watch_;    // may wait for a disk that is gone
  std::unique_ptr<TaskQueue> passes_;   // what goes over the evidence
  std::shared_ptr<CaseNotesFile> notes_;    // of the case that is open; touched by notes_queue_ alone
  std::unique_ptr<TaskQueue> notes_queue_;
  Annotations last_saved_;
};

}  // namespace stemma
