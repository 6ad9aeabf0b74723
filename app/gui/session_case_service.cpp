#include "app/gui/session_case_service.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <mutex>
#include <thread>
#include <utility>

#include "app/casefile/case_file.hpp"
#include "app/casefile/evidence_list.hpp"
#include "app/casefile/targets.hpp"
#include "app/gui/event_details.hpp"
#include "app/gui/event_export.hpp"
#include "app/gui/event_sort.hpp"
#include "app/gui/filter_pass.hpp"
#include "app/gui/foretaste.hpp"
#include "app/gui/task_queue.hpp"
#include "app/gui/value_counts.hpp"
#include "app/session/coverage.hpp"
#include "app/session/detect.hpp"
#include "app/session/digest.hpp"
#include "app/session/document.hpp"
#include "app/session/except.hpp"
#include "app/session/explain.hpp"
#include "app/session/incident.hpp"
#include "app/session/session.hpp"
#include "detection/channels/load.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "detection/rules/exceptions.hpp"
#include "events/fields.hpp"
#include "events/text.hpp"
#include "reports/document_formats.hpp"
#include "reports/event_summary.hpp"
#include "reports/explanation_text.hpp"
#include "reports/findings_table.hpp"
#include "reports/html_report.hpp"
#include "reports/ledger_text.hpp"
#include "ui/state/finding_facts.hpp"
#include "ui/timeline/model.hpp"

namespace stemma {
namespace {

using Clock = std::chrono::steady_clock;

// How often a view is told how far a pass has come.
constexpr std::chrono::milliseconds kTellEvery{100};

std::string today() {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
  return format_time(Timestamp{now.count()}, 0).substr(0, 10);
}

RuleExceptions load_exceptions_of(const GuiOptions& options, const RuleSet& rules) {
  RuleExceptions exceptions;
  for (const std::string& path : options.exceptions) load_exceptions_file(path, today(), rules, exceptions);
  return exceptions;
}

// The rules that are matched and those of secrets, which findings name and nothing matches.
std::shared_ptr<const RuleSet> with_secret_rules(const RuleSet& rules) {
  auto named = std::make_shared<RuleSet>(rules);
  named->rules.insert(named->rules.end(), secret_rules().begin(), secret_rules().end());
  return named;
}

// A secret as a finding like any other: what was seen, and what that means.
std::string told(const SecretSeen& secret, const Rule& rule, Secrets secrets) {
  return fmt::format("{}: {}\n{}\n", visible(redact(secret.kind, secrets)), visible(redact(secret.where, secrets)), visible(rule.description));
}

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

}  // namespace

// A collection being opened, or open. Kept by whoever still works on it.
class SessionCaseService::Import : public std::enable_shared_from_this<Import> {
 public:
  Import(GuiOptions options, std::vector<std::string> paths, Post post, Changed changed)
      : options_(std::move(options)), paths_(std::move(paths)), post_(std::move(post)), changed_(std::move(changed)) {}

  void start() {
    thread_ = std::jthread([self = this](const std::stop_token& stop) { self->run(stop); });
  }
  void stop() { thread_.request_stop(); }
  // No answer after this.
  void forget() { *forgotten_ = true; }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] bool ended() const { return ended_; }

  [[nodiscard]] ui::ImportProgress progress() const {
    ui::ImportProgress out;
    out.running = running_;
    out.step = progress_.step.load();
    out.bytes_total = progress_.bytes_total;
    out.bytes_done = progress_.bytes_done;
    out.events = progress_.events;
    out.seconds = seconds_since(begun_);
    return out;
  }

  [[nodiscard]] std::shared_ptr<const Session> session() const {
    const std::lock_guard lock(mutex_);
    return session_;
  }
  [[nodiscard]] std::shared_ptr<const ui::OpenCase> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  [[nodiscard]] const GuiOptions& options() const { return options_; }
  [[nodiscard]] Secrets secrets() const { return options_.show_secrets ? Secrets::shown : Secrets::redacted; }
  [[nodiscard]] const ChannelSet& channels() const { return channels_; }
  // Those that are matched; null until they are loaded.
  [[nodiscard]] const std::shared_ptr<const RuleSet>& rules() const { return rules_; }
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }

  // Those that are worked out already, by ArtifactId; none while one is being worked out.
  std::vector<std::string> known_digests() {
    const std::unique_lock lock(digest_mutex_, std::try_to_lock);
    return lock ? digests_ : std::vector<std::string>{};
  }

  // Digest of a file, worked out when first asked for.
  std::string digest(const Session& session, ArtifactId id) {
    const std::lock_guard lock(digest_mutex_);
    if (digests_.empty()) digests_.resize(session.snapshot().artifacts.size());
    std::string& digest = digests_[id.index()];
    if (digest.empty()) digest = sha256_hex(session.bytes_on_disk(id));
    return digest;
  }

 private:
  void publish(ui::OpenCase next) {
    next.seconds = seconds_since(begun_);
    auto shared = std::make_shared<const ui::OpenCase>(std::move(next));
    {
      const std::lock_guard lock(mutex_);
      current_ = shared;
    }
    post_([shared, forgotten = forgotten_, self = weak_from_this()] {
      if (*forgotten) return;
      if (const auto import = self.lock()) import->changed_(shared);
    });
  }

  void run(const std::stop_token& stop) {
    ui::OpenCase next;
    next.paths = paths_;
    try {
      work(stop, next);
    } catch (const std::exception& error) {
      // Memory, or a library that throws: the window says so and what is complete stays.
      next.notes.push_back(fmt::format("the import ended early: {}", visible(error.what())));
      publish(next);
    }
    running_ = false;
    publish_end();
    ended_ = true;
  }

  // The last stage again, so that a view that samples progress learns of the end at once.
  void publish_end() {
    const auto last = current();
    if (!last) return;
    ui::OpenCase again = *last;
    publish(std::move(again));
  }

  void work(const std::stop_token& stop, ui::OpenCase& next) {
    auto rules = std::make_shared<RuleSet>(load_rules(options_.rules, true, {.compile = {}, .any_index = options_.any_index}));
    for (const eql::Diagnostic& diagnostic : rules->diagnostics) {
      if (diagnostic.severity == eql::Severity::error && !eql::is_unsupported(diagnostic.code)) next.notes.push_back(eql::render(diagnostic));
    }
    LoadedChannels channels = load_channels(options_.channels);
    for (const ChannelProblem& problem : channels.problems) next.notes.push_back(describe(problem));
    channels_ = std::move(channels.set);
    rules_ = rules;
    next.rules = with_secret_rules(*rules);
    const RuleExceptions exceptions = load_exceptions_of(options_, *rules);
    for (const eql::Diagnostic& diagnostic : exceptions.diagnostics) next.notes.push_back(eql::render(diagnostic));
    Automation automation;
    for (const std::string& path : options_.automation) load_automation_file(path, today(), automation);
    for (const eql::Diagnostic& diagnostic : automation.diagnostics) next.notes.push_back(eql::render(diagnostic));

    SessionOptions session_options;
    session_options.threads = options_.threads;
    session_options.progress = &progress_;
    session_options.stop = stop;
    std::shared_ptr<const Session> session = Session::open(paths_, session_options);
    {
      const std::lock_guard lock(mutex_);
      session_ = session;
    }
    const CaseSnapshot& snapshot = session->snapshot();
    next.snapshot = session->shared_snapshot();
    next.stage = ui::Stage::indexed;
    next.bytes = ledger_totals(snapshot).read;
    next.index = std::make_shared<const ui::CaseIndex>(snapshot, next.findings, nullptr);
    for (const std::string& path : session->unreadable()) next.notes.push_back(fmt::format("{} could not be opened", visible(path)));
    if (stop.stop_requested()) next.notes.push_back("the import was stopped: what is shown is a part of the evidence");
    if (snapshot.artifacts.empty()) next.notes.push_back("no evidence of a known format was found there");
    if (session->something_refused()) next.notes.push_back("some evidence could not be read: " + ledger_line(snapshot));
    publish(next);
    if (stop.stop_requested()) return;

    // Each with all that the case is until then; the last word has detect().
    const ui::OpenCase indexed = next;
    Foretaste foretaste([&](std::vector<Match> so_far) {
      if (stop.stop_requested()) return;
      ui::OpenCase some = indexed;
      some.findings = findings_so_far(*session, *rules, std::move(so_far));
      take_excepted(*session, *rules, exceptions, {}, some.findings);
      some.index = std::make_shared<const ui::CaseIndex>(snapshot, some.findings, nullptr);
      publish(std::move(some));
    });
    MatchOptions match_options;
    match_options.found = [&](std::span<const Match> matches) { foretaste.found(matches); };
    Detection detection = detect(*session, *rules, &progress_, match_options);
    const std::vector<ExceptedFinding> excepted = take_excepted(*session, *rules, exceptions, {}, detection.findings);
    for (const std::string& line : excepted_lines(exceptions, excepted)) next.notes.push_back(visible(line));
    next.findings = detection.findings;
    next.stage = ui::Stage::detected;
    next.index = std::make_shared<const ui::CaseIndex>(snapshot, next.findings, nullptr);
    if (detection.dropped != 0) next.notes.push_back(fmt::format("{} matches of sequences and samples were left out at a cap", detection.dropped));
    const std::string blind = blind_spots(*rules, detection.coverage);
    if (!blind.empty()) next.notes.push_back(blind.substr(0, blind.size() - 1));
    publish(next);
    if (stop.stop_requested()) return;

    progress_.step = "joining runs";
    next.incident = std::make_shared<const Incident>(build_incident(*session, channels_, next.findings, {.all_channels = options_.all_channels, .automation = &automation}));
    for (const SecretSeen& secret : next.incident->secrets) {
      next.findings.push_back(secret_finding(secret));
      next.findings.back().rule = static_cast<std::uint32_t>(rules->rules.size() + static_cast<std::size_t>(secret.what));
    }
    for (const AutomationDeclaration& entry : next.incident->automation) {
      if (entry.expired) continue;  // told when it was read
      next.notes.push_back(visible(fmt::format("declared automation, {} set aside: {}", automation_use(entry), automation_words(entry))));
    }
    next.stage = ui::Stage::complete;
    next.index = std::make_shared<const ui::CaseIndex>(snapshot, next.findings, next.incident.get());
    publish(next);
  }

  GuiOptions options_;
  std::vector<std::string> paths_;
  Post post_;
  Changed changed_;
  Progress progress_;
  std::atomic<bool> running_{true}, ended_{false};
  std::shared_ptr<std::atomic<bool>> forgotten_ = std::make_shared<std::atomic<bool>>(false);
  Clock::time_point begun_ = Clock::now();
  mutable std::mutex mutex_;
  std::shared_ptr<const Session> session_;
  std::shared_ptr<const ui::OpenCase> current_;
  ChannelSet channels_;                   // both written before the first stage is published
  std::shared_ptr<const RuleSet> rules_;
  std::mutex digest_mutex_;
  std::vector<std::string> digests_;
  std::jthread thread_;
};

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
  std::erase_if(ending_, [](const std::shared_ptr<Import>& one) {
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
  import_ = std::make_shared<Import>(options_, std::move(paths), post_, std::move(changed));
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
    if (const auto open = import->current()) {
      for (std::uint32_t i = 0; i < open->findings.size(); ++i) {
        const Finding& finding = open->findings[i];
        const auto in = [&](const std::vector<EventId>& list) { return std::find(list.begin(), list.end(), event) != list.end(); };
        if (finding.event == event || in(finding.events) || in(finding.joined)) details.findings.push_back(i);
      }
    }
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

ui::RequestHandle SessionCaseService::sort(std::shared_ptr<const std::vector<EventId>> events, ui::EventSort by, std::vector<std::pair<EventId, std::string>> notes, Sorted portion) {
  return passes_->add([import = import_, post = post_, events = std::move(events), by = std::move(by), notes = std::move(notes), portion = std::move(portion)](const TaskQueue::Dropped& dropped) {
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
    auto order = order_of(*session, {events.get(), by, notes, import->secrets()}, *dropped, looked_at);
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

ui::RequestHandle SessionCaseService::explain(std::uint32_t finding, Explained done) {
  return passes_->add([import = import_, post = post_, finding, done = std::move(done)](const TaskQueue::Dropped& dropped) {
    const auto session = import ? import->session() : nullptr;
    const auto open = import ? import->current() : nullptr;
    if (!session || !open || finding >= open->findings.size()) return;
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

// The case file of the collection that is open. One thread.
class SessionCaseService::Notes {
 public:
  Notes(std::shared_ptr<Import> import, std::filesystem::path folder) : import_(std::move(import)), folder_(std::move(folder)) {}

  ui::CaseNotes open(const std::string& path) {
    ui::CaseNotes out;
    const auto session = import_ ? import_->session() : nullptr;
    if (!session) return out;
    for (std::uint32_t i = 1; i <= session->snapshot().artifacts.size(); ++i) digests_.push_back(import_->digest(*session, {i}));
    contents_.evidence = evidence_of(*session, digests_);
    path_ = path.empty() ? default_path() : path;
    std::error_code ignored;
    if (path_.empty() || !std::filesystem::exists(path_, ignored)) {
      out.path = path_;
      out.writable = !path_.empty();
      return out;
    }
    auto opened = CaseFile::open(path_);
    if (!opened) {
      out.notes.push_back(visible(opened.error().message));
      if (opened.error().kind == CaseError::Kind::damaged) salvage(out);
      if (!file_) return out;
    } else {
      file_ = std::make_unique<CaseFile>(std::move(*opened));
    }
    const CaseContents& then = file_->contents();
    out.path = file_->path();
    out.writable = file_->writable();
    out.annotations = then.annotations;
    out.settings = then.settings;
    out.exists = true;
    if (!file_->note().empty()) out.notes.push_back(visible(file_->note()));
    for (const std::string& line : file_->left_out()) out.notes.push_back(visible(line));
    if (!then.evidence.empty()) {
      const auto matches = compare_evidence(then.evidence, contents_.evidence);
      const std::string line = difference_line(count(matches));
      if (!line.empty()) out.notes.push_back(visible(line));
      for (const EvidenceMatch& match : matches) {
        if (match.state == EvidenceState::same || match.state == EvidenceState::moved || out.notes.size() > kMostDifferences) continue;
        out.notes.push_back(fmt::format("{}: {}", evidence_state_name(match.state), match.now.path.empty() ? match.then.path : match.now.path));
      }
    }
    return out;
  }

  std::string save(Annotations annotations, std::map<std::string, std::string> settings) {
    if (path_.empty()) return "there is no folder for case files: nothing was saved";
    if (!file_) {
      std::error_code error;
      std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
      auto made = CaseFile::create(path_);
      if (!made) return visible(made.error().message);
      file_ = std::make_unique<CaseFile>(std::move(*made));
    }
    if (!file_->writable()) return "the case file is open to read only: nothing was saved";
    CaseContents next = file_->contents();
    next.annotations = std::move(annotations);
    next.settings = std::move(settings);
    if (next.evidence.empty()) next.evidence = contents_.evidence;
    const auto saved = file_->save(next);
    return saved ? std::string() : visible(saved.error().message);
  }

 private:
  static constexpr std::size_t kMostDifferences = 50;

  // What a damaged file still holds goes on in a new one beside it; the damaged one stays as it is.
  void salvage(ui::CaseNotes& out) {
    const std::string to = path_ + ".salvaged";
    auto salvaged = salvage_case(path_, to);
    if (!salvaged) {
      out.notes.push_back(visible(salvaged.error().message));
      return;
    }
    for (const std::string& line : salvaged->lost) out.notes.push_back(visible(line));
    out.notes.push_back(fmt::format("what could be read is in {}; {} stays as it is", visible(to), visible(path_)));
    auto opened = CaseFile::open(to);
    if (!opened) return;
    path_ = to;
    file_ = std::make_unique<CaseFile>(std::move(*opened));
  }

  // Named by what the evidence is, so that the same collection finds its notes wherever it lies.
  std::string default_path() const {
    if (folder_.empty()) return {};
    std::vector<std::string> sorted = digests_;
    std::sort(sorted.begin(), sorted.end());
    std::string text;
    for (const std::string& digest : sorted) text += digest + "\n";
    return (folder_ / (sha256_hex(text).substr(0, 32) + ".stemma")).string();
  }

  std::shared_ptr<Import> import_;
  std::filesystem::path folder_;
  std::string path_;
  std::vector<std::string> digests_;
  CaseContents contents_;  // of what is open
  std::unique_ptr<CaseFile> file_;
};

ui::RequestHandle SessionCaseService::open_notes(std::string path, NotesRead done) {
  notes_ = std::make_shared<Notes>(import_, options_.cases);
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
  if (!notes_) notes_ = std::make_shared<Notes>(import_, options_.cases);
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

std::vector<PlacedAnnotation> SessionCaseService::place(const Annotations& annotations) const {
  const auto session = import_ ? import_->session() : nullptr;
  const auto open = import_ ? import_->current() : nullptr;
  if (!session || !open) return {};
  return place_annotations({*session, open->findings, open->incident ? std::span<const Invocation>(open->incident->invocations) : std::span<const Invocation>{}, import_->known_digests()}, annotations);
}

std::vector<std::string> SessionCaseService::report_formats() const {
  std::vector<std::string> names;
  for (const DocumentFormat& format : document_formats()) names.emplace_back(format.name);
  return names;
}

}  // namespace stemma
