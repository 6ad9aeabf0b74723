#include "app/gui/session_case_service.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <utility>

#include "app/casefile/targets.hpp"
#include "app/gui/case_import.hpp"
#include "app/gui/case_notes.hpp"
#include "app/gui/event_details.hpp"
#include "app/gui/event_export.hpp"
#include "app/gui/event_sort.hpp"
#include "app/gui/filter_pass.hpp"
#include "app/gui/task_queue.hpp"
#include "app/gui/value_counts.hpp"
#include "app/session/detect.hpp"
#include "app/session/document.hpp"
#include "app/session/except.hpp"
#include "app/session/explain.hpp"
#include "app/session/session.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "events/fields.hpp"
#include "events/text.hpp"
#include "reports/document_formats.hpp"
#include "reports/event_summary.hpp"
#include "reports/explanation_text.hpp"
#include "reports/html_report.hpp"
#include "ui/state/finding_facts.hpp"
#include "ui/timeline/model.hpp"

namespace stemma {
namespace {

using Clock = std::chrono::steady_clock;

// How often a view is told how far a pass has come.
constexpr std::chrono::milliseconds kTellEvery{100};

// A secret as a finding like any other: what was seen, and what that means.
std::string told(const SecretSeen& secret, const Rule& rule, Secrets secrets) {
  return fmt::format("{}: {}\n{}\n", visible(redact(secret.kind, secrets)), visible(redact(secret.where, secrets)), visible(rule.description));
}

}  // namespace

SessionCaseService::SessionCaseService(GuiOptions options, Post post)
    : options_(std::move(options)), post_(std::move(post)), quick_(std::make_unique<TaskQueue>()), timelines_(std::make_unique<TaskQueue>()), watch_(std::make_unique<TaskQueue>()), passes_(std::make_unique<TaskQueue>()), notes_queue_(std::make_unique<TaskQueue>()) {}

SessionCaseService::~SessionCaseService() {
  if (import_) {
    import_->forget();
    import_->stop();
  }
  quick_.reset();
  timelines_.reset();
  watch_.reset();
  passes_.reset();
  notes_queue_.reset();  // when all is saved
  if (import_) import_->join();
  for (const auto& one : ending_) one->join();
}

// Lets go of replaced cases whose threads have ended.
void SessionCaseService::sweep() {
  std::erase_if(ending_, [](const std::shared_ptr<CaseImport>& one) {
    if (!one->ended()) return false;
    one->join();
    return true;
  });
}

void SessionCaseService::open(std::vector<std::string> paths, Changed changed) {
  auto replaced = std::move(import_);
  if (replaced) {
    replaced->forget();
    replaced->stop();
    // Its thread may be in the middle of a pass, which the window does not wait for.
    ending_.push_back(std::move(replaced));
  }
  import_ = std::make_shared<CaseImport>(options_, std::move(paths), post_, std::move(changed));
  import_->start();
}

void SessionCaseService::cancel_import() {
  if (import_) import_->stop();
}

ui::ImportProgress SessionCaseService::progress() const { return import_ ? import_->progress() : ui::ImportProgress{}; }

ui::RequestHandle SessionCaseService::read_rows(std::vector<EventId> events, std::vector<FieldId> further, RowsRead done) {
  sweep();
  return quick_->add([import = import_, post = post_, events = std::move(events), further = std::move(further), done = std::move(done)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    if (!session) return;
    Projection projection = event_summary_projection();
    for (const FieldId field : further) projection.want(field);
    std::vector<ui::RowText> rows;
    Event event;
    for (const EventId id : events) {
      if (*dropped) return;
      ui::RowText row;
      row.event = id;
      if (!id || id.index() >= session->snapshot().events.size()) continue;
      if (session->decode(id, projection, event)) {
        if (import->secrets() == Secrets::redacted) redact(event);
        row.summary = event_summary(event, import->secrets());
        row.cells = cells_of(event, further);
      } else {
        row.summary = "(this record can no longer be read)";
        row.cells.resize(further.size());
      }
      rows.push_back(std::move(row));
    }
    post([rows = std::move(rows), done, dropped]() mutable {
      if (!*dropped) done(std::move(rows));
    });
  });
}

ui::RequestHandle SessionCaseService::read_details(EventId event, DetailsRead done) {
  return quick_->add([import = import_, post = post_, event, done = std::move(done)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    if (!session || !event || event.index() >= session->snapshot().events.size()) return;
    ui::EventDetails details = event_details(*session, event, import->secrets());
    const auto answer = [&](const ui::EventDetails& some) {
      post([some, done, dropped]() mutable {
        if (!*dropped) done(std::move(some));
      });
    };
    answer(details);
    // A digest may take seconds for a large file, so it comes behind.
    if (*dropped) return;
    for (ui::EventDetails::Piece& piece : details.pieces) piece.sha256 = import->digest(*session, piece.span.artifact);
    answer(details);
  });
}

ui::RequestHandle SessionCaseService::make_timeline(std::shared_ptr<const ui::OpenCase> open, std::shared_ptr<const ui::timeline::Model> before, TimelineMade done) {
  return timelines_->add([post = post_, open = std::move(open), before = std::move(before), done = std::move(done)](const TaskQueue::Dropped& dropped) {
    auto model = ui::timeline::build_timeline(open, {}, before.get());
    if (!model) return;
    post([model = std::move(model), done, dropped]() mutable {
      if (!*dropped) done(std::move(model));
    });
  });
}

ui::RequestHandle SessionCaseService::filter(ui::Filter filter, Filtered portion) {
  return passes_->add([import = import_, post = post_, filter = std::move(filter), portion = std::move(portion)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    if (!session) return;
    FilterPass pass(*session, filter, dropped.get());
    ui::FilterPortion out;
    while (!*dropped && pass.next(out)) {
      post([out, portion, dropped]() mutable {
        if (!*dropped) portion(std::move(out));
      });
    }
  });
}

ui::RequestHandle SessionCaseService::sort(std::shared_ptr<const std::vector<EventId>> events, ui::EventGrouping groups, ui::EventSort by, std::vector<std::pair<EventId, std::string>> notes, Sorted portion) {
  return passes_->add([import = import_, post = post_, events = std::move(events), groups = std::move(groups), by = std::move(by), notes = std::move(notes), portion = std::move(portion)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    if (!session) return;
    const auto answer = [&](ui::SortPortion some) {
      post([some = std::move(some), portion, dropped]() mutable {
        if (!*dropped) portion(std::move(some));
      });
    };
    auto told = Clock::now();
    const auto looked_at = [&](std::size_t count) {
      if (Clock::now() - told < kTellEvery) return;
      told = Clock::now();
      answer({count, nullptr});
    };
    auto order = order_of(*session, {events.get(), groups, by, notes, import->secrets()}, *dropped, looked_at);
    if (!order) return;
    const std::size_t count = order->place_at.size();
    answer({count, std::make_shared<const ui::EventOrder>(std::move(*order))});
  });
}

ui::RequestHandle SessionCaseService::stack(std::shared_ptr<const std::vector<EventId>> events, FieldId field, Stacked done) {
  return passes_->add([import = import_, post = post_, events = std::move(events), field, done = std::move(done)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    if (!session) return;
    ui::Stack stack = value_counts(*session, events.get(), field, import->secrets(), *dropped);
    post([stack = std::move(stack), done, dropped]() mutable {
      if (!*dropped) done(std::move(stack));
    });
  });
}

ui::RequestHandle SessionCaseService::check_evidence(EvidenceChecked done) {
  return watch_->add([import = import_, post = post_, done = std::move(done)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    if (!session) return;
    std::vector<ui::ChangedFile> changed;
    const auto& artifacts = session->snapshot().artifacts;
    for (std::size_t i = 0; i < artifacts.size() && !*dropped; ++i) {
      const FileChange change = session->change_of(ArtifactId::from_index(i));
      if (change != FileChange::none) changed.push_back({visible(artifacts[i].path), std::string(change_words(change))});
    }
    std::sort(changed.begin(), changed.end(), [](const ui::ChangedFile& a, const ui::ChangedFile& b) { return a.path < b.path; });
    post([changed = std::move(changed), done, dropped]() mutable {
      if (!*dropped) done(std::move(changed));
    });
  });
}

ui::RequestHandle SessionCaseService::explain(std::shared_ptr<const ui::OpenCase> open, std::uint32_t finding, Explained done) {
  return passes_->add([import = import_, post = post_, open = std::move(open), finding, done = std::move(done)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    if (!session || !open || open->snapshot.get() != &session->snapshot() || finding >= open->findings.size()) return;
    const Finding& one = open->findings[finding];
    const Rule& rule = open->rules->rules[one.rule];
    if (const SecretSeen* secret = ui::secret_of(*open, finding)) {
      post([text = told(*secret, rule, import->secrets()), done, dropped]() mutable {
        if (!*dropped) done(std::move(text));
      });
      return;
    }
    const auto terms = stemma::explain(*session, rule, one.event, {});
    const auto steps = explain_sequence(*session, rule, one.event, {});
    Event event;
    std::string summary;
    if (session->decode(one.event, event_summary_projection(), event)) summary = event_summary(event, import->secrets());
    std::string text;
    append_explanation({session->snapshot(), rule, one.event, summary, terms, steps, import->secrets()}, text);
    post([text = std::move(text), done, dropped]() mutable {
      if (!*dropped) done(std::move(text));
    });
  });
}

ui::RequestHandle SessionCaseService::write_report(std::string path, std::string format, Written done) {
  return passes_->add([import = import_, post = post_, annotations = last_saved_, path = std::move(path), format = std::move(format), done = std::move(done)](const TaskQueue::Dropped& dropped) {
    const auto answer = [&](std::string error) {
      post([error = std::move(error), done, dropped]() mutable {
        if (!*dropped) done(std::move(error));
      });
    };
    const auto session = import ? import->session() : nullptr;
    const auto open = import ? import->current() : nullptr;
    if (!session || !open || !open->incident) return answer("a report needs a case that was read to its end");
    const RuleSet& rules = *import->rules();
    Detection detection = detect(*session, rules, nullptr);
    const RuleExceptions exceptions = load_exceptions_of(import->options(), rules);
    const std::vector<ExceptedFinding> excepted = take_excepted(*session, rules, exceptions, {}, detection.findings);
    DocumentOptions document_options;
    document_options.notes = excepted_lines(exceptions, excepted);
    document_options.version = STEMMA_VERSION;
    document_options.command_line = "stemma report";
    for (const std::string& one : import->paths()) document_options.command_line += " " + one;
    for (const auto& one : import->options().rules) document_options.command_line += " --rules " + one.string();
    for (const auto& one : import->options().channels) document_options.command_line += " --channels " + one.string();
    for (const std::string& one : import->options().exceptions) document_options.command_line += " --exceptions " + one;
    for (const std::string& one : import->options().automation) document_options.command_line += " --automation " + one;
    if (import->options().any_index) document_options.command_line += " --any-index";
    if (import->options().all_channels) document_options.command_line += " --all-channels";
    document_options.secrets = import->secrets();
    document_options.annotations = place_annotations({*session, open->findings, open->incident->invocations, {}}, annotations);
    const IncidentDocument document = make_document(*session, rules, import->channels(), detection, *open->incident, document_options);
    std::string text;
    append_document(document, format, html_skeleton(), text);
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    answer(out ? std::string() : fmt::format("{} could not be written", visible(path)));
  });
}

ui::RequestHandle SessionCaseService::export_events(std::shared_ptr<const std::vector<EventId>> events, std::shared_ptr<const ui::EventOrder> order, std::vector<FieldId> further, std::string path, Written done) {
  return passes_->add([import = import_, post = post_, events = std::move(events), order = std::move(order), further = std::move(further), path = std::move(path), done = std::move(done)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    if (!session) return;
    std::string error = export_csv(*session, events.get(), order ? &order->place_at : nullptr, further, path, import->secrets(), *dropped);
    if (*dropped) return;
    post([error = std::move(error), done, dropped] {
      if (!*dropped) done(error);
    });
  });
}

ui::RequestHandle SessionCaseService::open_notes(std::string path, NotesRead done) {
  notes_ = std::make_shared<CaseNotesFile>(import_, options_.cases);
  last_saved_ = {};
  return notes_queue_->add([notes = notes_, post = post_, path = std::move(path), done = std::move(done)](const TaskQueue::Dropped& dropped) {
    ui::CaseNotes out = notes->open(path);
    post([out = std::move(out), done, dropped]() mutable {
      if (!*dropped) done(std::move(out));
    });
  });
}

void SessionCaseService::save_notes(Annotations annotations, std::map<std::string, std::string> settings, Written done) {
  last_saved_ = annotations;
  if (!notes_) notes_ = std::make_shared<CaseNotesFile>(import_, options_.cases);
  // Never dropped: what an analyst wrote is saved even while the window closes.
  notes_queue_->add_lasting([notes = notes_, post = post_, annotations = std::move(annotations), settings = std::move(settings), done = std::move(done)] {
    std::string error = notes->save(annotations, settings);
    post([error = std::move(error), done] { done(error); });
  });
}

std::optional<Target> SessionCaseService::target_of(EventId event) const {
  const auto session = import_ ? import_->session() : nullptr;
  if (!session || !event || event.index() >= session->snapshot().events.size()) return std::nullopt;
  return event_target(*session, event);
}

std::optional<Target> SessionCaseService::target_of(EntityId entity) const {
  const auto session = import_ ? import_->session() : nullptr;
  if (!session || !entity || entity.index() >= session->snapshot().tree.entities().size()) return std::nullopt;
  return process_target(session->snapshot(), entity);
}

std::optional<TargetPlace> SessionCaseService::place_of(EventId event) const {
  const auto session = import_ ? import_->session() : nullptr;
  if (!session || !event || event.index() >= session->snapshot().events.size()) return std::nullopt;
  return event_place(session->snapshot(), event, import_->known_digests());
}

std::vector<PlacedAnnotation> SessionCaseService::place(const Annotations& annotations, const ui::OpenCase& open) const {
  const auto session = import_ ? import_->session() : nullptr;
  if (!session || &session->snapshot() != open.snapshot.get()) return {};
  return place_annotations({*session, open.findings, open.incident ? std::span<const Invocation>(open.incident->invocations) : std::span<const Invocation>{}, import_->known_digests()}, annotations);
}

std::vector<std::string> SessionCaseService::report_formats() const {
  std::vector<std::string> names;
  for (const DocumentFormat& format : document_formats()) names.emplace_back(format.name);
  return names;
}

}  // namespace stemma
