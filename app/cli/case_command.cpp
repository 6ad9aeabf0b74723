// `stemma case`: what is in a case file, whether the evidence is still what it was made from, notes by hand, and what is left of a damaged one.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "app/cli/case_option.hpp"
#include "app/cli/command.hpp"
#include "app/session/digest.hpp"
#include "events/text.hpp"
#include "reports/json.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

struct CaseCommand : Options {
  bool create = false;
  std::vector<std::string> check, record;
  std::string salvage, target, erase;
  Annotation said;  // of --note; target and times are put in later
  std::string verdict;
};

Timestamp now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

std::string format_of(const CaseCommand& options, const Output& output) {
  if (!options.format.empty()) return options.format;
  return output.to_terminal() ? "table" : "jsonl";
}

void append_table(const CaseContents& contents, const CaseCommand& options, std::string& out) {
  out += fmt::format("{} {}, {} {} of evidence, {} {}\n", grouped(contents.annotations.size()), contents.annotations.size() == 1 ? "note" : "notes",
                     grouped(contents.evidence.size()), contents.evidence.size() == 1 ? "file" : "files", grouped(contents.settings.size()),
                     contents.settings.size() == 1 ? "setting" : "settings");
  for (const auto& [target, one] : contents.annotations) {
    out += fmt::format("\n{} {}\n  {}  {}{}\n", target_kind_name(target.kind), visible(target.key), visible(redact(in_brief(one), options.secrets())),
                       format_time(one.changed, 0), one.author.empty() ? "" : "  " + visible(one.author));
    if (one.place) out += "  " + place_text(*one.place) + "\n";
    const std::string comment = redact(one.comment, options.secrets());
    for (std::string_view rest = comment; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      out += "  | " + visible(rest.substr(0, end)) + "\n";
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  if (!contents.evidence.empty()) out += "\nevidence\n";
  for (const EvidenceEntry& entry : contents.evidence) out += fmt::format("  {}  {}  {}\n", entry.sha256, entry.size, visible(entry.path));
}

void append_documents(const CaseContents& contents, const CaseCommand& options, std::string& out) {
  for (const auto& [target, one] : contents.annotations) {
    JsonDocument document;
    document.text("event.kind", "note");
    document.text("stemma.note.about", target_kind_name(target.kind));
    document.text("stemma.note.key", target.key);
    document.text("stemma.note.verdict", verdict_name(one.verdict));
    if (!one.severity.empty()) document.text("stemma.note.severity", one.severity);
    document.boolean("stemma.note.pinned", one.pinned);
    std::vector<std::string> tags;
    for (const std::string& tag : one.tags) tags.push_back(redact(tag, options.secrets()));
    if (!tags.empty()) document.texts("stemma.note.tags", tags);
    if (!one.comment.empty()) document.text("stemma.note.comment", redact(one.comment, options.secrets()));
    if (!one.author.empty()) document.text("stemma.note.author", one.author);
    document.text("stemma.note.created", format_time(one.created, 9));
    document.text("stemma.note.changed", format_time(one.changed, 9));
    if (one.place) {
      document.text("@timestamp", format_time(one.place->time, 9));
      if (!one.place->sha256.empty()) document.text("file.hash.sha256", one.place->sha256);
      document.integer("stemma.source.offset", static_cast<std::int64_t>(one.place->offset));
    }
    document.write(out);
    out += '\n';
  }
  for (const EvidenceEntry& entry : contents.evidence) {
    JsonDocument document;
    document.text("event.kind", "evidence");
    document.text("log.file.path", entry.path);
    document.integer("file.size", static_cast<std::int64_t>(entry.size));
    document.text("file.hash.sha256", entry.sha256);
    document.write(out);
    out += '\n';
  }
}

void append_matches(const std::vector<EvidenceMatch>& matches, const std::string& format, std::string& out) {
  for (const EvidenceMatch& match : matches) {
    const bool missing = match.state == EvidenceState::missing;
    const EvidenceEntry& shown = missing ? match.then : match.now;
    const std::string was = !missing && match.state != EvidenceState::fresh && match.then.path != match.now.path ? match.then.path : "";
    if (format == "table") {
      out += fmt::format("{:<8} {}{}\n", evidence_state_name(match.state), visible(shown.path), was.empty() ? "" : fmt::format("  (was {})", visible(was)));
      continue;
    }
    JsonDocument document;
    document.text("event.kind", "evidence");
    document.text("stemma.evidence.state", evidence_state_name(match.state));
    document.text("log.file.path", shown.path);
    document.integer("file.size", static_cast<std::int64_t>(shown.size));
    document.text("file.hash.sha256", shown.sha256);
    if (!was.empty()) document.text("stemma.evidence.path_then", was);
    if (match.state == EvidenceState::changed) document.text("stemma.evidence.sha256_then", match.then.sha256);
    document.write(out);
    out += '\n';
  }
}

// What the files of `paths` are now. Empty, with a message, where they cannot be opened.
std::optional<std::vector<EvidenceEntry>> evidence_now(const CaseCommand& options, const std::vector<std::string>& paths) {
  Options evidence = options;
  evidence.paths = paths;
  ProgressBar bar(!options.quiet);
  const auto session = open_session(evidence, bar);
  if (!session) return std::nullopt;
  const std::vector<std::string> digests = artifact_digests(*session);
  bar.stop();
  return evidence_of(*session, digests);
}

// `KIND:KEY`; empty, with a message, where it is none.
std::optional<Target> target_of(std::string_view option, const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto kind = target_kind_of(std::string_view(text).substr(0, colon));
  if (colon == std::string::npos || colon + 1 == text.size() || !kind) {
    note(fmt::format("{}: {} names nothing (want finding:ID, run:ID, process:ENTITY_ID@HOST or event:HASH@HOST)", option, visible(text)));
    return std::nullopt;
  }
  return Target{*kind, text.substr(colon + 1)};
}

ExitCode salvage(const CaseCommand& options) {
  const auto left = salvage_case(options.case_file, options.salvage);
  if (!left) {
    note(left.error().message);
    return ExitCode::failed;
  }
  for (const std::string& line : left->lost) note(line);
  note(fmt::format("{}: {} {}, {} of evidence and {} settings were read, and are in {}", visible(options.case_file), grouped(left->contents.annotations.size()),
                   left->contents.annotations.size() == 1 ? "note" : "notes", grouped(left->contents.evidence.size()), grouped(left->contents.settings.size()),
                   visible(options.salvage)));
  return left->lost.empty() ? ExitCode::done : ExitCode::evidence_refused;
}

// Applies --record, --note and --erase. False with a message.
bool change(const CaseCommand& options, CaseContents& contents) {
  if (!options.record.empty()) {
    auto now = evidence_now(options, options.record);
    if (!now) return false;
    contents.evidence = std::move(*now);
  }
  if (!options.erase.empty()) {
    const auto target = target_of("--erase", options.erase);
    if (!target) return false;
    if (!contents.annotations.erase(*target)) {
      note(fmt::format("--erase: nothing is said of {}", visible(options.erase)));
      return false;
    }
  }
  if (options.target.empty()) return true;
  const auto target = target_of("--note", options.target);
  if (!target) return false;
  const Annotation* before = contents.annotations.find(*target);
  if (before == nullptr && target->kind == TargetKind::event) {
    note("--note: an event is noted where its record can be read: in the window");
    return false;
  }
  Annotation said = options.said;
  said.target = *target;
  if (!options.verdict.empty()) said.verdict = *verdict_of(options.verdict);
  said.changed = now();
  said.created = before != nullptr ? before->created : said.changed;
  if (before != nullptr) said.place = before->place;
  if (!said.says_something()) {
    note("--note: nothing is said (want --verdict, --severity, --tag, --comment or --pin)");
    return false;
  }
  if (const auto done = contents.annotations.set(std::move(said)); !done) {
    note("--note: " + done.error());
    return false;
  }
  return true;
}

ExitCode run_case(const CaseCommand& options) {
  if (!options.salvage.empty()) return salvage(options);
  const bool changing = options.create || !options.record.empty() || !options.target.empty() || !options.erase.empty();
  CaseOptions opening;
  if (!changing) opening.access = Connection::Access::read;
  std::error_code error;
  const bool fresh = options.create && !std::filesystem::exists(options.case_file, error);
  auto file = fresh ? CaseFile::create(options.case_file, opening) : CaseFile::open(options.case_file, opening);
  if (!file) {
    note(file.error().message);
    if (file.error().kind == CaseError::Kind::damaged) note("`stemma case FILE --salvage NEW` does so");
    return ExitCode::failed;
  }
  for (const std::string& line : file->left_out()) note(line);
  if (changing) {
    CaseContents contents = file->contents();
    if (!change(options, contents)) return ExitCode::failed;
    if (const auto saved = file->save(contents); !saved) {
      note(saved.error().message);
      return ExitCode::failed;
    }
    return ExitCode::done;
  }
  Output output(options.output);
  if (!output.error().empty()) {
    note(output.error());
    return ExitCode::failed;
  }
  const std::string format = format_of(options, output);
  std::string text;
  bool differs = false;
  if (!options.check.empty()) {
    const auto now = evidence_now(options, options.check);
    if (!now) return ExitCode::failed;
    const std::vector<EvidenceMatch> matches = compare_evidence(file->contents().evidence, *now);
    append_matches(matches, format, text);
    const EvidenceCounts counts = count(matches);
    differs = counts.differs();
    if (!options.quiet)
      note(fmt::format("{} same, {} moved, {} changed, {} missing, {} new", counts.same, counts.moved, counts.changed, counts.missing, counts.fresh));
  } else if (format == "table") {
    append_table(file->contents(), options, text);
  } else {
    append_documents(file->contents(), options, text);
  }
  output.write(text);
  if (!output.finish()) {
    note(output.error());
    return ExitCode::failed;
  }
  return differs ? ExitCode::failed : ExitCode::done;
}

}  // namespace

void add_case_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<CaseCommand>();
  CLI::App* command = app.add_subcommand("case", "Show what an analyst's case file says, check it against the evidence, or note something in it");
  command->add_option("FILE", options->case_file, "The case file")->required();
  command->add_option("--check", options->check, "Compare the evidence at PATH with what the case was made from; exit code 1 where it differs")->type_name("PATH...");
  command->add_option("--record", options->record, "Remember the files at PATH, by digest, as what the case is made from")->type_name("PATH...");
  command->add_flag("--create", options->create, "Make the file where it is not there");
  command->add_option("--note", options->target, "Say something of finding:ID, run:ID or process:ENTITY_ID@HOST, in the place of what was said of it")->type_name("KIND:KEY");
  command->add_option("--verdict", options->verdict, "Of --note: false_positive, benign, suspicious or malicious")
      ->check(CLI::IsMember({"false_positive", "benign", "suspicious", "malicious"}));
  command->add_option("--severity", options->said.severity, "Of --note: low, medium, high or critical, instead of the rule's")
      ->check(CLI::IsMember({"low", "medium", "high", "critical"}));
  command->add_option("--tag", options->said.tags, "Of --note: a tag; repeatable")->type_name("TAG")->allow_extra_args(false);
  command->add_option("--comment", options->said.comment, "Of --note: text")->type_name("TEXT");
  command->add_option("--author", options->said.author, "Of --note: who says so")->type_name("NAME");
  command->add_flag("--pin", options->said.pinned, "Of --note: pinned");
  command->add_option("--erase", options->erase, "Take back what was said")->type_name("KIND:KEY");
  command->add_option("--salvage", options->salvage, "Write what can be read of a damaged case file to NEW, and say what was lost")->type_name("NEW");
  command->add_option("--format", options->format, "table or jsonl (default: table on a terminal, else jsonl)")->check(CLI::IsMember({"table", "jsonl"}));
  command->add_option("--threads", options->threads, "Threads to use (default: as many as the machine has)")->check(CLI::Range(1u, 1024u));
  command->add_flag("--show-secrets", options->show_secrets, "Print passwords, tokens and keys in comments; without it they read [redacted]");
  command->add_option("-o,--output", options->output, "Write to FILE instead of standard output")->type_name("FILE");
  command->add_flag("-q,--quiet", options->quiet, "No progress and no notes on standard error");
  command->footer(
      "Examples:\n  stemma case 17.stemma --create --record /cases/17\n  stemma case 17.stemma --note finding:3f2a… --verdict false_positive --comment 'our own backup'\n"
      "  stemma case 17.stemma --check /cases/17\n  stemma report /cases/17 --case 17.stemma -o case-17.html");
  command->callback([options, &run] { run = [options] { return run_case(*options); }; });
}

}  // namespace stemma
