#include "app/gui/case_import.hpp"

#include <fmt/format.h>

#include <utility>

#include "app/gui/foretaste.hpp"
#include "app/session/coverage.hpp"
#include "app/session/detect.hpp"
#include "app/session/digest.hpp"
#include "app/session/except.hpp"
#include "app/session/incident.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "events/text.hpp"
#include "reports/findings_table.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

std::string today() {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
  return format_time(Timestamp{now.count()}, 0).substr(0, 10);
}

// The rules that are matched and those of secrets, which findings name and nothing matches.
std::shared_ptr<const RuleSet> with_secret_rules(const RuleSet& rules) {
  auto named = std::make_shared<RuleSet>(rules);
  named->rules.insert(named->rules.end(), secret_rules().begin(), secret_rules().end());
  return named;
}

}  // namespace

RuleExceptions load_exceptions_of(const GuiOptions& options, const RuleSet& rules) {
  RuleExceptions exceptions;
  for (const std::string& path : options.exceptions) load_exceptions_file(path, today(), rules, exceptions);
  return exceptions;
}

void CaseImport::start() {
  thread_ = std::jthread([self = shared_from_this()](const std::stop_token& stop) { self->run(stop); });
}

void CaseImport::join() {
  if (thread_.joinable()) thread_.join();
}

ui::ImportProgress CaseImport::progress() const {
  ui::ImportProgress out;
  out.running = running_;
  out.step = progress_.step.load();
  out.bytes_total = progress_.bytes_total;
  out.bytes_done = progress_.bytes_done;
  out.events = progress_.events;
  out.seconds = seconds_since(begun_);
  return out;
}

std::shared_ptr<const Session> CaseImport::session() const {
  const std::lock_guard lock(mutex_);
  return session_;
}

std::shared_ptr<const ui::OpenCase> CaseImport::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::vector<std::string> CaseImport::known_digests() {
  const std::unique_lock lock(digest_mutex_, std::try_to_lock);
  return lock ? digests_ : std::vector<std::string>{};
}

std::string CaseImport::digest(const Session& session, ArtifactId id) {
  const std::lock_guard lock(digest_mutex_);
  if (digests_.empty()) digests_.resize(session.snapshot().artifacts.size());
  std::string& digest = digests_[id.index()];
  if (digest.empty()) digest = sha256_hex(session.bytes_on_disk(id));
  return digest;
}

void CaseImport::publish(ui::OpenCase next) {
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

void CaseImport::run(const std::stop_token& stop) {
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
void CaseImport::publish_end() {
  const auto last = current();
  if (!last) return;
  ui::OpenCase again = *last;
  publish(std::move(again));
}

void CaseImport::work(const std::stop_token& stop, ui::OpenCase& next) {
  const Declared declared = load(next);
  const auto session = index(stop, next);
  if (stop.stop_requested()) return;
  match(*session, declared.exceptions, stop, next);
  if (stop.stop_requested()) return;
  join_runs(*session, declared.automation, next);
}

CaseImport::Declared CaseImport::load(ui::OpenCase& next) {
  rules_ = std::make_shared<RuleSet>(load_rules(options_.rules, true, {.compile = {}, .any_index = options_.any_index}));
  next.rules = with_secret_rules(*rules_);
  for (const eql::Diagnostic& diagnostic : rules_->diagnostics) {
    if (diagnostic.severity == eql::Severity::error && !eql::is_unsupported(diagnostic.code)) next.notes.push_back(eql::render(diagnostic));
  }
  LoadedChannels channels = load_channels(options_.channels);
  for (const ChannelProblem& problem : channels.problems) next.notes.push_back(describe(problem));
  channels_ = std::move(channels.set);
  Declared declared;
  declared.exceptions = load_exceptions_of(options_, *rules_);
  for (const std::string& path : options_.automation) load_automation_file(path, today(), declared.automation);
  for (const eql::Diagnostic& diagnostic : declared.exceptions.diagnostics) next.notes.push_back(eql::render(diagnostic));
  for (const eql::Diagnostic& diagnostic : declared.automation.diagnostics) next.notes.push_back(eql::render(diagnostic));
  return declared;
}

std::shared_ptr<const Session> CaseImport::index(const std::stop_token& stop, ui::OpenCase& next) {
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
  return session;
}

void CaseImport::match(const Session& session, const RuleExceptions& exceptions, const std::stop_token& stop, ui::OpenCase& next) {
  // Each with all that the case is until then; the last word has detect().
  const ui::OpenCase indexed = next;
  Foretaste foretaste([&](std::vector<Match> so_far) {
    if (stop.stop_requested()) return;
    ui::OpenCase some = indexed;
    some.findings = findings_so_far(session, *rules_, std::move(so_far));
    take_excepted(session, *rules_, exceptions, {}, some.findings);
    some.index = std::make_shared<const ui::CaseIndex>(session.snapshot(), some.findings, nullptr);
    publish(std::move(some));
  });
  MatchOptions match_options;
  match_options.found = [&](std::span<const Match> matches) { foretaste.found(matches); };
  Detection detection = detect(session, *rules_, &progress_, match_options);
  const std::vector<ExceptedFinding> excepted = take_excepted(session, *rules_, exceptions, {}, detection.findings);
  for (const std::string& line : excepted_lines(exceptions, excepted)) next.notes.push_back(visible(line));
  next.findings = detection.findings;
  next.stage = ui::Stage::detected;
  next.index = std::make_shared<const ui::CaseIndex>(session.snapshot(), next.findings, nullptr);
  if (detection.dropped != 0) next.notes.push_back(fmt::format("{} matches of sequences and samples were left out at a cap", detection.dropped));
  const std::string blind = blind_spots(*rules_, detection.coverage);
  if (!blind.empty()) next.notes.push_back(blind.substr(0, blind.size() - 1));
  publish(next);
}

void CaseImport::join_runs(const Session& session, const Automation& automation, ui::OpenCase& next) {
  progress_.step = "joining runs";
  next.incident = std::make_shared<const Incident>(
      build_incident(session, channels_, next.findings, {.all_channels = options_.all_channels, .automation = &automation}));
  for (const SecretSeen& secret : next.incident->secrets) {
    next.findings.push_back(secret_finding(secret));
    next.findings.back().rule = static_cast<std::uint32_t>(rules_->rules.size() + static_cast<std::size_t>(secret.what));
  }
  for (const AutomationDeclaration& entry : next.incident->automation) {
    if (entry.expired) continue;  // told when it was read
    next.notes.push_back(visible(fmt::format("declared automation, {} set aside: {}", automation_use(entry), automation_words(entry))));
  }
  next.stage = ui::Stage::complete;
  next.index = std::make_shared<const ui::CaseIndex>(session.snapshot(), next.findings, next.incident.get());
  publish(next);
}

}  // namespace stemma
